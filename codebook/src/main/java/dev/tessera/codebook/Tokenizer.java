package dev.tessera.codebook;

/**
 * An {@link Encoder}, a {@link Quantizer} and a {@link Decoder} in a row: signal to tokens and back.
 *
 * @param <S> the signal type
 */
public record Tokenizer<S>(Encoder<S> encoder, Quantizer quantizer, Decoder<S> decoder) {
    /** The tokens of {@code signal}. */
    public Tokens tokenize(S signal) {
        return quantizer.toTokens(encoder.encode(signal));
    }

    /** The signal that {@code tokens} stand for. */
    public S detokenize(Tokens tokens) {
        return decoder.decode(quantizer.toLatents(tokens));
    }
}
