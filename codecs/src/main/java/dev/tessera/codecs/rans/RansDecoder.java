package dev.tessera.codecs.rans;

import dev.tessera.codebook.internal.kernels.KernelChoice;
import dev.tessera.codecs.CorruptBitstreamException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Decodes the streams of a {@link RansEncoder} with the same table and number of states. Every symbol is looked up by
 * its slot in tables of 2^bits entries. With 32 states and vectors of 256 bits or more, long streams run on the Vector
 * API, else in plain Java: the same symbols, the vectors about two to three times as fast.
 *
 * <p>The states must end where the encoder began and the words must be used up exactly, else the stream is refused;
 * wrong symbols may be written before. What is accepted is exactly what the encoder writes for the symbols that come
 * out. Damage can make one such stream of another, most easily in the last symbol of a state (about 1 in 1000 flipped
 * bits of a stream of 300 symbols), so a checksum is still wanted where that matters. Immutable, for any number of
 * threads.
 */
public final class RansDecoder {
    static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle SHORTS = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    /** Shorter streams would run in the interpreter, where vectors are slower. */
    private static final int VECTOR_SYMBOLS = 1 << 14;

    private static final int CHUNK = 128 * RansEncoder.MAX_STATES; // symbols of a scratch array that stays in L1

    private final FrequencyTable table;
    private final int states;
    private final boolean vector;

    /** A decoder of streams of {@value RansEncoder#MAX_STATES} states. */
    public RansDecoder(FrequencyTable table) {
        this(table, RansEncoder.MAX_STATES);
    }

    /**
     * @param states as that of the encoder
     */
    public RansDecoder(FrequencyTable table, int states) {
        this(table, states, KernelChoice.vector() && states == RansEncoder.MAX_STATES && VectorRans.worthwhile());
    }

    RansDecoder(FrequencyTable table, int states, boolean vector) {
        this.table = table;
        this.states = RansEncoder.checkStates(states);
        this.vector = vector;
    }

    /** The {@code count} symbols of a whole stream. */
    public int[] decode(byte[] stream, int count) throws CorruptBitstreamException {
        int[] symbols = new int[count];
        decode(stream, 0, stream.length, symbols, 0, count);
        return symbols;
    }

    /**
     * Decodes {@code stream[from .. from + length)} into {@code symbols[offset .. offset + count)}.
     *
     * @throws CorruptBitstreamException when the stream is not one of {@code count} symbols; the symbols are then
     * undefined
     */
    public void decode(byte[] stream, int from, int length, int[] symbols, int offset, int count)
            throws CorruptBitstreamException {
        Objects.checkFromIndexSize(offset, count, symbols.length);
        Run run = new Run(stream, from, length, count);
        run.decode(symbols, offset, count);
        run.finish();
    }

    /** As the other, into bytes: the alphabet must have at most 256 symbols. */
    public void decode(byte[] stream, int from, int length, byte[] symbols, int offset, int count)
            throws CorruptBitstreamException {
        Objects.checkFromIndexSize(offset, count, symbols.length);
        if (table.alphabetSize() > 256) {
            throw new IllegalArgumentException(
                    "alphabet has " + table.alphabetSize() + " symbols, must be at most 256 to fit bytes");
        }
        Run run = new Run(stream, from, length, count);
        int chunk = CHUNK / run.lanes * run.lanes;
        int[] wide = new int[Math.min(chunk, count)];
        for (int done = 0; done < count; ) {
            int n = Math.min(chunk, count - done);
            run.decode(wide, 0, n);
            narrow(wide, symbols, offset + done, n);
            done += n;
        }
        run.finish();
    }

    private static void narrow(int[] wide, byte[] symbols, int offset, int count) {
        for (int i = 0; i < count; i++) {
            symbols[offset + i] = (byte) wide[i];
        }
    }

    /** The states and the place in the words of one stream. */
    private final class Run {
        final int lanes;
        private final int from;
        private final int count;
        private final int[] state;
        private final short[] words; // and zeros, so that no round of steps can read past the end
        private final int wordCount;
        private int position;

        Run(byte[] stream, int from, int length, int count) throws CorruptBitstreamException {
            Objects.checkFromIndexSize(from, length, stream.length);
            this.from = from;
            this.count = count;
            int n = Math.min(states, count);
            if (length < 4 * n || (length & 1) != 0) {
                throw new CorruptBitstreamException(
                        from, "rANS stream has " + length + " bytes, must be even and hold " + n + " states");
            }
            this.state = new int[n];
            for (int j = 0; j < n; j++) {
                state[j] = (int) INTS.get(stream, from + 4 * j);
                if (state[j] >>> 16 == 0) {
                    throw new CorruptBitstreamException(
                            from + 4 * j, "rANS state is " + state[j] + ", must be at least " + RansEncoder.LOWEST);
                }
            }
            this.lanes = Math.max(1, n);
            this.wordCount = (length - 4 * n) / 2;
            this.words = new short[wordCount + 2 * RansEncoder.MAX_STATES];
            ByteBuffer.wrap(stream, from + 4 * n, 2 * wordCount)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asShortBuffer()
                    .get(words, 0, wordCount);
        }

        /** The next {@code count} symbols, a multiple of the lanes but for the last call. */
        void decode(int[] symbols, int offset, int n) throws CorruptBitstreamException {
            int whole = n / lanes * lanes;
            position = vector && count >= VECTOR_SYMBOLS
                    ? VectorRans.decode(table, state, words, position, wordCount, symbols, offset, whole)
                    : ScalarRans.decode(table, state, lanes, words, position, wordCount, symbols, offset, whole);
            if (whole < n && position <= wordCount) {
                position = ScalarRans.decode(
                        table, state, n - whole, words, position, wordCount, symbols, offset + whole, n - whole);
            }
            if (position > wordCount) {
                throw new CorruptBitstreamException(
                        from + 4L * state.length + 2L * wordCount, "rANS stream ends before its " + count + " symbols");
            }
        }

        void finish() throws CorruptBitstreamException {
            long at = from + 4L * state.length + 2L * position;
            if (position != wordCount) {
                throw new CorruptBitstreamException(
                        at,
                        wordCount - position + " words of the rANS stream are left after its " + count + " symbols");
            }
            for (int x : state) {
                if (x != RansEncoder.LOWEST) {
                    throw new CorruptBitstreamException(
                            at,
                            "rANS state ends as " + Integer.toUnsignedString(x) + ", must be " + RansEncoder.LOWEST);
                }
            }
        }
    }
}
