package dev.tessera.codecs.circuit;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import java.io.ByteArrayOutputStream;

/**
 * Lossless coding of blocks of tokens by a {@link QuantizedCircuit}: the variables of a block in depth-first order,
 * each with its exact conditional given those before it. Blocks are independent. Immutable and safe to share.
 *
 * <p>Stream of {@link #encode}: number of blocks as a base-128 varint (low groups first), CRC-32 of that and of the
 * tail (4 bytes, big-endian), range-coded symbols. The circuit itself is not in the stream.
 */
public final class CircuitBlockCoder {
    /** Most tokens of one call. */
    static final long MAX_TOKENS = 1L << 28;

    private final QuantizedCircuit circuit;
    private final int[] alphabetSizes;

    /** Codes with {@code circuit}; the decoder needs the same. */
    public CircuitBlockCoder(QuantizedCircuit circuit) {
        this.circuit = circuit;
        this.alphabetSizes = circuit.alphabetSizes();
    }

    /** Tokens of a block: the variables of the circuit. */
    public int blockLength() {
        return alphabetSizes.length;
    }

    /**
     * Codes whole blocks to a coder that may hold other things too.
     *
     * @param tokens [blocks x blockLength]
     */
    public void write(RangeEncoder encoder, int[] tokens) {
        int blocks = blocks(tokens);
        QuantizedCircuit.Inference inference = circuit.inference();
        for (int b = 0; b < blocks; b++) {
            inference.begin();
            for (int v = inference.variable(); v >= 0; v = inference.variable()) {
                int symbol = tokens[b * alphabetSizes.length + v];
                if (symbol < 0 || symbol >= alphabetSizes[v]) {
                    throw new IllegalArgumentException("tokens[" + (b * alphabetSizes.length + v) + "] is " + symbol
                            + ", must be in [0, " + alphabetSizes[v] + ")");
                }
                int[] frequencies = inference.frequencies();
                int cumulative = 0;
                for (int x = 0; x < symbol; x++) {
                    cumulative += frequencies[x];
                }
                encoder.encode(cumulative, frequencies[symbol], 1 << QuantizedCircuit.TOTAL_BITS);
                inference.observe(symbol);
            }
        }
    }

    /** Reads what {@link #write} wrote; [blocks x blockLength]. */
    public int[] read(RangeDecoder decoder, int blocks) {
        if (blocks < 0 || (long) blocks * alphabetSizes.length > MAX_TOKENS) {
            throw new IllegalArgumentException(
                    "blocks is " + blocks + ", must be in [0, " + MAX_TOKENS / alphabetSizes.length + "]");
        }
        int[] tokens = new int[blocks * alphabetSizes.length];
        QuantizedCircuit.Inference inference = circuit.inference();
        for (int b = 0; b < blocks; b++) {
            inference.begin();
            for (int v = inference.variable(); v >= 0; v = inference.variable()) {
                int[] frequencies = inference.frequencies();
                int target = decoder.decodeCumulative(1 << QuantizedCircuit.TOTAL_BITS);
                int symbol = 0;
                int cumulative = 0;
                while (cumulative + frequencies[symbol] <= target) {
                    cumulative += frequencies[symbol++];
                }
                decoder.advance(cumulative, frequencies[symbol], 1 << QuantizedCircuit.TOTAL_BITS);
                tokens[b * alphabetSizes.length + v] = symbol;
                inference.observe(symbol);
            }
        }
        return tokens;
    }

    /** Codes whole blocks to a stream of its own. */
    public byte[] encode(int[] tokens) {
        int blocks = blocks(tokens);
        RangeEncoder encoder = new RangeEncoder();
        write(encoder, tokens);
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        StreamHead.putVarint(head, blocks);
        return StreamHead.join(head.toByteArray(), encoder.finish());
    }

    /** Decodes a stream of {@link #encode}; [blocks x blockLength]. */
    public int[] decode(byte[] stream) throws CorruptBitstreamException {
        StreamHead head = new StreamHead(stream);
        int blocks = (int) head.varint("number of blocks", 0, MAX_TOKENS / alphabetSizes.length);
        int from = head.checkedPayload();
        return read(new RangeDecoder(stream, from, stream.length - from), blocks);
    }

    private int blocks(int[] tokens) {
        if (tokens.length % alphabetSizes.length != 0 || tokens.length > MAX_TOKENS) {
            throw new IllegalArgumentException("tokens has " + tokens.length + " entries, must be a multiple of "
                    + alphabetSizes.length + " up to " + MAX_TOKENS);
        }
        return tokens.length / alphabetSizes.length;
    }
}
