package dev.tessera.image;

/** How many tokens of a stage a picture has, from top to bottom and from left to right. */
record PatchGrid(int rows, int columns) {
    /** Patches of {@code side} pixels that cover a picture. */
    static PatchGrid covering(int width, int height, int side) {
        return new PatchGrid(Math.ceilDiv(height, side), Math.ceilDiv(width, side));
    }
}
