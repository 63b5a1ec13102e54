package dev.tessera.codecs.circuit;

/**
 * Reversible integer colour transforms between red, green, blue and three planes; their order is the stream's number.
 */
enum ColorTransform {
    /** Green, red, blue as they are. */
    NONE {
        @Override
        void forward(int[] rgb) {
            int red = rgb[0];
            rgb[0] = rgb[1];
            rgb[1] = red;
        }

        @Override
        void inverse(int[] planes) {
            forward(planes);
        }

        @Override
        int chromaReach() {
            return 0;
        }
    },
    /** Green, red - green, blue - green. */
    SUBTRACT_GREEN {
        @Override
        void forward(int[] rgb) {
            int green = rgb[1];
            rgb[1] = rgb[0] - green;
            rgb[2] -= green;
            rgb[0] = green;
        }

        @Override
        void inverse(int[] planes) {
            int green = planes[0];
            planes[0] = planes[1] + green;
            planes[1] = green;
            planes[2] += green;
        }

        @Override
        int chromaReach() {
            return 255;
        }
    },
    /** YCoCg-R (Malvar, Sullivan 2003), luma, then orange, then green. */
    YCOCG {
        @Override
        void forward(int[] rgb) {
            int orange = rgb[0] - rgb[2];
            int middle = rgb[2] + (orange >> 1);
            int green = rgb[1] - middle;
            rgb[0] = middle + (green >> 1);
            rgb[1] = orange;
            rgb[2] = green;
        }

        @Override
        void inverse(int[] planes) {
            int middle = planes[0] - (planes[2] >> 1);
            int green = planes[2] + middle;
            int blue = middle - (planes[1] >> 1);
            planes[0] = blue + planes[1];
            planes[1] = green;
            planes[2] = blue;
        }

        @Override
        int chromaReach() {
            return 255;
        }
    };

    /** Red, green, blue in, planes out, in place. */
    abstract void forward(int[] rgb);

    /** Planes in, red, green, blue out, in place; may leave [0, 255] for planes that no picture has. */
    abstract void inverse(int[] planes);

    /** The second and third plane are in [-reach, reach]; 0: in [0, 255] like the first. */
    abstract int chromaReach();

    PaddedPlanes planes(int height, int width, int channels) {
        int[] minimum = new int[channels];
        int[] maximum = new int[channels];
        for (int c = 0; c < channels; c++) {
            minimum[c] = c == 0 ? 0 : -chromaReach();
            maximum[c] = c == 0 || chromaReach() == 0 ? 255 : chromaReach();
        }
        return new PaddedPlanes(height, width, minimum, maximum);
    }
}
