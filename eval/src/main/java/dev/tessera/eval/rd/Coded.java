package dev.tessera.eval.rd;

/**
 * What a coder made of a sample.
 *
 * @param fileBytes the whole file
 * @param payloadBytes the file without its container; equal to {@code fileBytes} where the two cannot be told apart
 * @param decoded what the file decodes to
 * @param encodeSeconds wall time
 * @param decodeSeconds wall time
 */
public record Coded<S extends Medium>(
        long fileBytes, long payloadBytes, S decoded, double encodeSeconds, double decodeSeconds) {
    public Coded {
        if (payloadBytes < 0 || payloadBytes > fileBytes) {
            throw new IllegalArgumentException(
                    "payloadBytes is " + payloadBytes + ", must be in [0, " + fileBytes + "]");
        }
    }
}
