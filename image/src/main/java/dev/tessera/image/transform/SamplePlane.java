package dev.tessera.image.transform;

/** One component of a picture in 1/16 of a level, padded to whole superblocks. */
final class SamplePlane {
    static final int UNIT_BITS = 4;

    final int width;
    final int height;
    final int[] samples;

    SamplePlane(int width, int height) {
        this.width = width;
        this.height = height;
        this.samples = new int[width * height];
    }

    SamplePlane copy() {
        SamplePlane copy = new SamplePlane(width, height);
        System.arraycopy(samples, 0, copy.samples, 0, samples.length);
        return copy;
    }

    void put(int x, int y, int size, int[] block) {
        for (int row = 0; row < size; row++) {
            System.arraycopy(block, row * size, samples, (y + row) * width + x, size);
        }
    }

    void get(int x, int y, int size, int[] block) {
        for (int row = 0; row < size; row++) {
            System.arraycopy(samples, (y + row) * width + x, block, row * size, size);
        }
    }
}
