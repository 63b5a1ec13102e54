package dev.tessera.image;

import dev.tessera.codecs.container.Tolerance;

/**
 * Tokens of one plane of a picture, colours or alpha, as they came out of a file.
 *
 * @param rows of the grid
 * @param columns of the grid
 * @param stages number of first stages that were read; indices of the others are 0
 * @param dropped binary digits that indices have lost at their end
 * @param indices as coded, {@code [rows x columns x stages of the model]}; 0 where none was read
 * @param lost positions of which nothing was read; stages that are missing at all positions are not counted
 * @param tolerance how lost positions are to be made up for
 */
record CodedTokens(int rows, int columns, int stages, int dropped, int[] indices, boolean[] lost, Tolerance tolerance) {
    boolean anyLost() {
        for (boolean l : lost) {
            if (l) {
                return true;
            }
        }
        return false;
    }
}
