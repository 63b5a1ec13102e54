package dev.tessera.vqmodels.lowbit;

import dev.tessera.codebook.internal.Checks;
import java.util.Objects;

/**
 * Weights of a scalar format before packing: what methods make and {@link ScalarWeights#of} takes.
 *
 * @param rows at least 1
 * @param cols at least 1
 * @param codes {@code [rows x cols]}, row-major, each the code of a level; shared, not to be written any more
 * @param scales of {@code rows} and {@code format.groups(cols)}
 * @param zeros zero codes, {@code [rows x groups]}, row-major, each a byte from 0 to 255; empty when not affine
 */
public record ScalarCodes(ScalarFormat format, int rows, int cols, byte[] codes, GroupScales scales, byte[] zeros) {
    public ScalarCodes {
        Objects.requireNonNull(format, "format");
        Checks.requireAtLeast(1, rows, "rows");
        Checks.requireAtLeast(1, cols, "cols");
        GroupScales.requireLength("codes", codes.length, (long) rows * cols);
        scales.checkFits(format, rows, cols);
        GroupScales.requireLength("zeros", zeros.length, format.affine() ? (long) rows * format.groups(cols) : 0);
        for (int i = 0; i < codes.length; i++) {
            int code = codes[i] & 0xFF;
            if (code >= format.codeCount() || Float.isNaN(format.level(code))) {
                throw new IllegalArgumentException("code is " + code + " at row " + i / cols + ", column " + i % cols
                        + ", which " + format.format().formatName() + " has not");
            }
        }
    }
}
