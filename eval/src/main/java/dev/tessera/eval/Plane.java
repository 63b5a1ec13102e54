package dev.tessera.eval;

/** One channel of a picture in doubles, row-major. */
record Plane(int width, int height, double[] values) {
    Plane(int width, int height) {
        this(width, height, new double[width * height]);
    }

    /** Means of 2x2 pixels; an odd last row or column is dropped. */
    Plane halved() {
        Plane half = new Plane(width / 2, height / 2);
        for (int y = 0; y < half.height; y++) {
            for (int x = 0; x < half.width; x++) {
                int i = 2 * y * width + 2 * x;
                half.values[y * half.width + x] =
                        (values[i] + values[i + width] + values[i + 1] + values[i + width + 1]) / 4;
            }
        }
        return half;
    }

    /** Prewitt gradient magnitude, each kernel divided by 3, borders mirrored with the edge pixel repeated. */
    Plane gradient() {
        Plane out = new Plane(width, height);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double gx = 0;
                double gy = 0;
                for (int k = -1; k <= 1; k++) {
                    gx += at(x - 1, y + k) - at(x + 1, y + k);
                    gy += at(x + k, y - 1) - at(x + k, y + 1);
                }
                out.values[y * width + x] = Math.hypot(gx / 3, gy / 3);
            }
        }
        return out;
    }

    /** Product of two planes, pixel by pixel. */
    Plane times(Plane other) {
        Plane out = new Plane(width, height);
        for (int i = 0; i < values.length; i++) {
            out.values[i] = values[i] * other.values[i];
        }
        return out;
    }

    /** Separable convolution with a symmetric {@code kernel}, only where it fits. */
    Plane blurred(double[] kernel) {
        int margin = kernel.length - 1;
        Plane rows = new Plane(width - margin, height);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < rows.width; x++) {
                double sum = 0;
                for (int k = 0; k < kernel.length; k++) {
                    sum += kernel[k] * values[y * width + x + k];
                }
                rows.values[y * rows.width + x] = sum;
            }
        }
        Plane out = new Plane(rows.width, height - margin);
        for (int y = 0; y < out.height; y++) {
            for (int x = 0; x < out.width; x++) {
                double sum = 0;
                for (int k = 0; k < kernel.length; k++) {
                    sum += kernel[k] * rows.values[(y + k) * rows.width + x];
                }
                out.values[y * out.width + x] = sum;
            }
        }
        return out;
    }

    private double at(int x, int y) {
        int cx = Math.max(0, Math.min(width - 1, x));
        int cy = Math.max(0, Math.min(height - 1, y));
        return values[cy * width + cx];
    }
}
