package dev.tessera.image.transform;

import java.util.Arrays;

/** What is known of the blocks coded so far, by cells of 4x4 luma samples. */
final class Cells {
    static final int CELL = 4;

    final int width;
    final int height;
    final byte[] mode; // -1 where nothing is coded yet
    final byte[] sizeLog; // of the block
    final byte[] fromLuma; // whether chroma was predicted from luma
    final byte[] lumaActivity;
    final byte[] chromaActivity;

    Cells(int lumaWidth, int lumaHeight) {
        this.width = lumaWidth / CELL;
        this.height = lumaHeight / CELL;
        this.mode = new byte[width * height];
        this.sizeLog = new byte[width * height];
        this.fromLuma = new byte[width * height];
        this.lumaActivity = new byte[width * height];
        this.chromaActivity = new byte[width * height];
        Arrays.fill(mode, (byte) -1);
    }

    /** Index of the cell at luma sample (x, y), or -1 outside or not coded. */
    int at(int x, int y) {
        if (x < 0 || y < 0 || x >= width * CELL || y >= height * CELL) {
            return -1;
        }
        int i = y / CELL * width + x / CELL;
        return mode[i] < 0 ? -1 : i;
    }

    void set(int x, int y, int size, int blockMode, boolean chromaFromLuma, int luma, int chroma) {
        for (int cy = y / CELL; cy < (y + size) / CELL; cy++) {
            for (int cx = x / CELL; cx < (x + size) / CELL; cx++) {
                int i = cy * width + cx;
                mode[i] = (byte) Math.min(blockMode, IntraPrediction.MODES);
                fromLuma[i] = (byte) (chromaFromLuma ? 1 : 0);
                sizeLog[i] = (byte) Integer.numberOfTrailingZeros(size);
                lumaActivity[i] = (byte) luma;
                chromaActivity[i] = (byte) chroma;
            }
        }
    }

    /** Forgets a block, so that prediction does not look at it. */
    void clear(int x, int y, int size) {
        set(x, y, size, -1, false, 0, 0);
    }
}
