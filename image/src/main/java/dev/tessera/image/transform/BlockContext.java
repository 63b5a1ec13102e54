package dev.tessera.image.transform;

/** What surrounds the block that is being coded. Reused from block to block. */
final class BlockContext {
    int kind; // 0 luma, 1 Cb, 2 Cr
    int sizeLog; // 2 to 5
    int mode;
    int stepClass;
    int leftActivity;
    int aboveActivity;
    int[] luma; // coefficients of the luma block, for chroma
    int lumaSize;
    int lumaLog; // 3 to 5, of the luma block
    int lumaActivity;

    int chroma() {
        return kind == 0 ? 0 : 1;
    }
}
