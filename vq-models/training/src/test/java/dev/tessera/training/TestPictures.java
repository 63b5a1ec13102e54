package dev.tessera.training;

import dev.tessera.vqmodels.training.PictureSource;
import java.util.SplittableRandom;

/** Pictures of soft blobs in a colour gradient, made from their number. */
record TestPictures(int size, int side) implements PictureSource {
    @Override
    public String name(int index) {
        return "made " + index;
    }

    @Override
    public Picture read(int index) {
        SplittableRandom random = new SplittableRandom(index);
        byte[] rgb = new byte[3 * side * side];
        double[] blob = random.doubles(12).toArray();
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                for (int c = 0; c < 3; c++) {
                    double value = 60 + 100.0 * (x * blob[c] + y * blob[c + 3]) / side;
                    double dx = x - side * blob[6 + c];
                    double dy = y - side * blob[9 + c];
                    value += 90 * Math.exp(-(dx * dx + dy * dy) / (0.02 * side * side)) + random.nextInt(5);
                    rgb[3 * (y * side + x) + c] = (byte) Math.clamp((int) value, 0, 255);
                }
            }
        }
        return new Picture(side, side, rgb);
    }
}
