package dev.tessera.vqmodels.training;

import java.io.IOException;

/** Pictures to learn from, by number. */
public interface PictureSource extends TrainingItems {
    /** Reads picture {@code index}, in [0, {@link #size}). May be called by several threads. */
    Picture read(int index) throws IOException;

    /**
     * A decoded picture.
     *
     * @param rgb {@code [height x width x 3]}, sRGB, a byte stands for 0 to 255
     */
    record Picture(int width, int height, byte[] rgb) {
        public Picture {
            if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
                throw new IllegalArgumentException(
                        "picture is " + width + " x " + height + " with " + rgb.length + " bytes, must have 3 a pixel");
            }
        }
    }
}
