package dev.tessera.audio;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * FLAC (RFC 9639) of 16 bits: fixed predictors of order 0 to 4, partitioned Rice codes, channels one by one, MD5 of the
 * samples.
 */
final class FlacWriter {
    private static final int BLOCK = 4096;
    private static final int BITS = 16;
    private static final int MAX_CHANNELS = 8;
    private static final int MAX_RATE = (1 << 20) - 1;
    private static final int MAX_ORDER = 4;
    private static final int MAX_PARTITION_ORDER = 6;
    private static final int MAX_RICE = 14;

    private FlacWriter() {}

    static void write(AudioSignal signal, OutputStream out) throws IOException {
        if (signal.channels() > MAX_CHANNELS || signal.sampleRate() > MAX_RATE) {
            throw new IllegalArgumentException("the sound has " + signal.channels() + " channels of "
                    + signal.sampleRate() + " Hz, FLAC holds " + MAX_CHANNELS + " of " + MAX_RATE);
        }
        int[][] samples = new int[signal.channels()][signal.length()];
        for (int c = 0; c < samples.length; c++) {
            for (int t = 0; t < signal.length(); t++) {
                samples[c][t] = Pcm16.of(signal.data(c)[t]);
            }
        }
        out.write("fLaC".getBytes(StandardCharsets.US_ASCII));
        FlacBits info = new FlacBits();
        info.write(0x80, 8); // the last metadata block, STREAMINFO
        info.write(34, 24);
        info.write(BLOCK, 16);
        info.write(BLOCK, 16);
        info.write(0, 24); // frame sizes are not known
        info.write(0, 24);
        info.write(signal.sampleRate(), 20);
        info.write(samples.length - 1, 3);
        info.write(BITS - 1, 5);
        info.write(0, 4); // high bits of the number of samples
        info.write(signal.length(), 32);
        out.write(info.toBytes());
        out.write(md5(samples));
        for (int from = 0; from < signal.length(); from += BLOCK) {
            out.write(frame(samples, from, Math.min(BLOCK, signal.length() - from)));
        }
    }

    private static byte[] md5(int[][] samples) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            byte[] frame = new byte[2 * samples.length];
            for (int t = 0; t < samples[0].length; t++) {
                for (int c = 0; c < samples.length; c++) {
                    frame[2 * c] = (byte) samples[c][t];
                    frame[2 * c + 1] = (byte) (samples[c][t] >> 8);
                }
                digest.update(frame);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }

    private static byte[] frame(int[][] samples, int from, int count) {
        FlacBits bits = new FlacBits();
        bits.write(0xFFF8, 16);
        bits.write(count == BLOCK ? 0b1100 : 0b0111, 4);
        bits.write(0, 4); // sample rate: as in STREAMINFO
        bits.write(samples.length - 1, 4);
        bits.write(0b1000, 4); // 16 bits, and a reserved zero
        bits.writeUtf8(from / BLOCK);
        if (count != BLOCK) {
            bits.write(count - 1, 16);
        }
        bits.writeCrc8();
        for (int[] channel : samples) {
            subframe(Arrays.copyOfRange(channel, from, from + count), bits);
        }
        bits.finish();
        return bits.toBytes();
    }

    private static void subframe(int[] x, FlacBits bits) {
        int[] residual = x;
        int[] best = x;
        int order = 0;
        long least = cost(x, 0);
        for (int o = 1; o <= Math.min(MAX_ORDER, x.length - 1); o++) {
            int[] next = new int[x.length]; // differences of order o; the first o values stay as they are
            System.arraycopy(residual, 0, next, 0, o);
            for (int t = o; t < x.length; t++) {
                next[t] = residual[t] - residual[t - 1];
            }
            residual = next;
            long cost = cost(residual, o);
            if (cost < least) {
                least = cost;
                best = residual;
                order = o;
            }
        }
        bits.write(0b001000 + order << 1, 8);
        for (int t = 0; t < order; t++) {
            bits.write(x[t], BITS);
        }
        residuals(best, order, bits);
    }

    /** About how much a residual costs: the sum of magnitudes behind the warm-up. */
    private static long cost(int[] residual, int order) {
        long sum = (long) BITS * order;
        for (int t = order; t < residual.length; t++) {
            sum += Math.abs((long) residual[t]);
        }
        return sum;
    }

    private static void residuals(int[] residual, int order, FlacBits bits) {
        int partitionOrder = 0;
        long least = Long.MAX_VALUE;
        for (int p = 0; p <= MAX_PARTITION_ORDER; p++) {
            int length = residual.length >> p;
            if (length << p != residual.length || length <= order) {
                break;
            }
            long size = 0;
            for (int i = 0; i < 1 << p; i++) {
                int from = i == 0 ? order : i * length;
                size += 4 + riceBits(residual, from, (i + 1) * length, riceParameter(residual, from, (i + 1) * length));
            }
            if (size < least) {
                least = size;
                partitionOrder = p;
            }
        }
        bits.write(0, 2); // Rice parameters of 4 bits
        bits.write(partitionOrder, 4);
        int length = residual.length >> partitionOrder;
        for (int i = 0; i < 1 << partitionOrder; i++) {
            int from = i == 0 ? order : i * length;
            int parameter = riceParameter(residual, from, (i + 1) * length);
            bits.write(parameter, 4);
            for (int t = from; t < (i + 1) * length; t++) {
                int folded = residual[t] << 1 ^ residual[t] >> 31;
                bits.writeUnary(folded >>> parameter);
                bits.write(folded, parameter);
            }
        }
    }

    private static int riceParameter(int[] residual, int from, int to) {
        int best = 0;
        for (int k = 1; k <= MAX_RICE; k++) {
            if (riceBits(residual, from, to, k) < riceBits(residual, from, to, best)) {
                best = k;
            }
        }
        return best;
    }

    private static long riceBits(int[] residual, int from, int to, int parameter) {
        long bits = (long) (to - from) * (parameter + 1);
        for (int t = from; t < to; t++) {
            bits += (residual[t] << 1 ^ residual[t] >> 31) >>> parameter;
        }
        return bits;
    }
}
