package dev.tessera.codecs;

/** What a user asks of a codec: a number of bytes or a quality. */
public sealed interface RateTarget {
    /**
     * A budget for the whole file, header included; never exceeded.
     *
     * @param budget bytes, at least 1
     */
    record Bytes(long budget) implements RateTarget {
        public Bytes {
            if (budget < 1) {
                throw new IllegalArgumentException("the byte budget is " + budget + ", must be at least 1");
            }
        }
    }

    /**
     * A quality on the codec's own scale; the file is as large as it comes out.
     *
     * @param quality 0 (smallest file) to 100 (best that the model can do)
     */
    record Quality(int quality) implements RateTarget {
        public Quality {
            if (quality < 0 || quality > 100) {
                throw new IllegalArgumentException("quality is " + quality + ", must be in [0, 100]");
            }
        }
    }
}
