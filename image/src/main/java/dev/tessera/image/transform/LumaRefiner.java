package dev.tessera.image.transform;

/** Brings decoded luma nearer to the original, and doubles it where it was coded smaller; in integers, the same on every machine. */
sealed interface LumaRefiner permits DetailFilter, DetailNetwork {
    /** What is to be done with a plane. */
    enum Kind {
        /** Of a picture coded at its size: stays as large as it is. */
        FULL,
        /** Of a picture coded at half its size: doubled. */
        HALF,
        /** Of a picture coded at a quarter of its size: doubled for the first time. */
        QUARTER;

        static Kind of(int scale) {
            return values()[scale];
        }
    }

    /**
     * Refines a plane of decoded luma.
     *
     * @param in samples in 1/16 of a level, rows {@code stride} apart
     * @param step index of the quantization step of the picture
     * @return {@code [height x width]}, or twice as much both ways when {@code kind} doubles
     */
    int[] apply(Kind kind, int[] in, int stride, int width, int height, int step);
}
