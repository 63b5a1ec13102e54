package dev.tessera.image;

import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.util.SplittableRandom;

/** Pictures that need no file, and the frozen model of the tests. */
public final class TestPictures {
    private TestPictures() {}

    /** The frozen model: 3 subspaces of 64 code vectors (see src/test/resources/models/README.md). */
    static ImageModel model() throws IOException {
        try (InputStream in = TestPictures.class.getResourceAsStream("/models/image-test.safetensors")) {
            return ImageModel.load(ModelFile.read(in));
        }
    }

    /** A colour gradient with some discs and a little noise; float values of no integer grid. */
    public static Image scene(int width, int height, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] rgb = new float[3][width * height];
        int discs = 6;
        float[][] disc = new float[discs][6];
        for (float[] d : disc) {
            d[0] = random.nextInt(width);
            d[1] = random.nextInt(height);
            d[2] = 2 + random.nextInt(1 + Math.max(width, height) / 4);
            for (int c = 0; c < 3; c++) {
                d[3 + c] = random.nextInt(256);
            }
        }
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                float[] at = {40 + 150f * x / width, 60 + 120f * y / height, 200 - 100f * (x + y) / (width + height)};
                for (float[] d : disc) {
                    float dx = x - d[0];
                    float dy = y - d[1];
                    if (dx * dx + dy * dy < d[2] * d[2]) {
                        System.arraycopy(d, 3, at, 0, 3);
                    }
                }
                for (int c = 0; c < 3; c++) {
                    float noise = random.nextInt(9) - 4;
                    rgb[c][y * width + x] = Math.max(0, Math.min(255, at[c] + noise));
                }
            }
        }
        return Image.ofRgb(width, height, rgb[0], rgb[1], rgb[2]);
    }

    /** A disc that is opaque in the middle and fades out. */
    public static float[] fadingAlpha(int width, int height) {
        float[] alpha = new float[width * height];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                float dx = x - width / 2f;
                float dy = y - height / 2f;
                alpha[y * width + x] = Math.max(0, 255 - 4 * (dx * dx + dy * dy) / Math.max(width, height));
            }
        }
        return alpha;
    }

    static double psnr(Image a, Image b) {
        byte[] x = a.toRgb8();
        byte[] y = b.toRgb8();
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            double e = (x[i] & 0xFF) - (y[i] & 0xFF);
            sum += e * e;
        }
        return 10 * Math.log10(255 * 255 / (sum / x.length));
    }
}
