package dev.tessera.codecs.container;

import java.util.HexFormat;

/**
 * The first three bytes of the SHA-256 of a model file: enough to tell the models of one user apart.
 *
 * @param bits the three bytes, the first one highest
 */
public record ModelHash(int bits) {
    private static final HexFormat HEX = HexFormat.of();
    private static final int DIGITS = 6;

    public ModelHash {
        if (bits < 0 || bits >= 1 << 24) {
            throw new IllegalArgumentException("bits is " + bits + ", must be in [0, 2^24)");
        }
    }

    /** The hash of a model whose SHA-256 is {@code sha256}, at least six hexadecimal digits of it. */
    public static ModelHash ofHex(String sha256) {
        if (sha256.length() < DIGITS) {
            throw new IllegalArgumentException("sha256 is '" + sha256 + "', must have at least 6 hexadecimal digits");
        }
        return new ModelHash(HexFormat.fromHexDigits(sha256, 0, DIGITS));
    }

    /** Whether a model whose SHA-256 is {@code sha256} has this hash. */
    public boolean matches(String sha256) {
        return equals(ofHex(sha256));
    }

    /** Six hexadecimal digits. */
    @Override
    public String toString() {
        return HEX.toHexDigits(bits, DIGITS);
    }
}
