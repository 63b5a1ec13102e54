package dev.tessera.codecs;

/**
 * What a symbol coder needs of a model: integer intervals. Implement it to code an alphabet of your own; the coder never
 * learns where the numbers come from, and the model never learns where the bytes go.
 *
 * <p>The intervals of all symbols must tile {@code [0, total())} without gaps; the encoder's and the decoder's model must
 * be in the same state at every symbol.
 */
public interface SymbolModel {
    /** Number of symbols; symbols are {@code [0, alphabetSize())}. */
    int alphabetSize();

    /** Sum of all frequencies, at most 2^{@value EntropyEncoder#MAX_TOTAL_BITS}. */
    int total();

    /** Start of the interval of {@code symbol}. */
    int cumulative(int symbol);

    /** Length of the interval of {@code symbol}, at least 1. */
    int frequency(int symbol);

    /** The symbol whose interval holds {@code cumulative}. */
    int symbolAt(int cumulative);

    /** Learns from a symbol just coded; a static model does nothing. */
    default void update(int symbol) {}

    /** Encodes {@code symbol} and updates. */
    default void encode(EntropyEncoder encoder, int symbol) {
        encoder.encode(cumulative(symbol), frequency(symbol), total());
        update(symbol);
    }

    /** Decodes a symbol and updates. */
    default int decode(EntropyDecoder decoder) {
        int total = total();
        int symbol = symbolAt(decoder.decodeCumulative(total));
        decoder.advance(cumulative(symbol), frequency(symbol), total);
        update(symbol);
        return symbol;
    }
}
