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

    private static final long MAX_FREE_TOKENS =
            1L << 22; // of circuits that leave no choice: no byte stands behind them
    private static final int SPARE_BYTES = 16; // the end of a stream, generously

    private final QuantizedCircuit circuit;
    private final int[] alphabetSizes;
    private final long leastCost; // of a block, see QuantizedCircuit
    private final long mostBlocks;

    /** Codes with {@code circuit}; the decoder needs the same. */
    public CircuitBlockCoder(QuantizedCircuit circuit) {
        this.circuit = circuit;
        this.alphabetSizes = circuit.alphabetSizes();
        this.leastCost = circuit.leastCost();
        this.mostBlocks = (leastCost == 0 ? MAX_FREE_TOKENS : MAX_TOKENS) / alphabetSizes.length;
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
        if (blocks < 0 || blocks > mostBlocks) {
            throw new IllegalArgumentException("blocks is " + blocks + ", must be in [0, " + mostBlocks + "]");
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
        return StreamHead.join(head.toByteArray(), encoder.finish(leastBytes(blocks)));
    }

    /**
     * Decodes a stream of {@link #encode}; [blocks x blockLength].
     *
     * @throws CorruptBitstreamException for a damaged stream, also when its bytes cannot hold as many blocks as it claims
     */
    public int[] decode(byte[] stream) throws CorruptBitstreamException {
        StreamHead head = new StreamHead(stream);
        int blocks = (int) head.varint("number of blocks", 0, mostBlocks);
        int from = head.checkedPayload();
        if (leastBytes(blocks) > stream.length - from) {
            throw new CorruptBitstreamException(
                    0, (stream.length - from) + " bytes cannot hold " + blocks + " blocks of this circuit");
        }
        return read(new RangeDecoder(stream, from, stream.length - from), blocks);
    }

    /** Below what the coder puts out for so many blocks before it drops zeros. */
    private int leastBytes(int blocks) {
        return (int) Math.max(0, (blocks * leastCost >> QuantizedCircuit.TOTAL_BITS + 3) - SPARE_BYTES);
    }

    private int blocks(int[] tokens) {
        if (tokens.length % alphabetSizes.length != 0 || tokens.length / alphabetSizes.length > mostBlocks) {
            throw new IllegalArgumentException("tokens has " + tokens.length + " entries, must be a multiple of "
                    + alphabetSizes.length + " up to " + mostBlocks * alphabetSizes.length);
        }
        return tokens.length / alphabetSizes.length;
    }
}
