package dev.tessera.samples.fuzz;

import java.util.Arrays;
import java.util.Random;

/** Damage to bytes as media, networks and people who mean harm make it: one to six blows, each of eight kinds. */
final class Mutator {
    private static final int MAX_BLOWS = 6;
    private static final int MAX_GROWTH = 64;
    private static final long[] EXTREMES = {
        0,
        1,
        -1,
        0x7F,
        0x80,
        0x7FFF,
        0xFFFF,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 32,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private Mutator() {}

    static byte[] mutate(byte[] original, Random random) {
        byte[] bytes = original.clone();
        for (int blows = random.nextInt(1, MAX_BLOWS + 1); blows > 0; blows--) {
            bytes = strike(bytes, random);
        }
        return bytes;
    }

    private static byte[] strike(byte[] bytes, Random random) {
        int length = bytes.length;
        if (length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = place(length, random);
        switch (random.nextInt(8)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) random.nextInt();
            case 2 -> {
                long value = EXTREMES[random.nextInt(EXTREMES.length)];
                int width = 1 << random.nextInt(4);
                for (int i = 0; i < width && at + i < length; i++) {
                    bytes[at + i] = (byte) (value >>> 8 * i);
                }
            }
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 4 -> {
                return splice(bytes, at, at, randomBytes(random.nextInt(1, MAX_GROWTH), random));
            }
            case 5 -> {
                return splice(bytes, at, Math.min(length, at + random.nextInt(1, MAX_GROWTH)), new byte[0]);
            }
            case 6 -> {
                int from = random.nextInt(length);
                return splice(bytes, at, at, Arrays.copyOfRange(bytes, from, Math.min(length, from + MAX_GROWTH)));
            }
            default -> {
                byte[] noise = randomBytes(Math.min(length - at, random.nextInt(1, MAX_GROWTH)), random);
                System.arraycopy(noise, 0, bytes, at, noise.length);
            }
        }
        return bytes;
    }

    /** Half of the blows fall on the first bytes or the last ones, where the lengths stand. */
    private static int place(int length, Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(Math.min(length, 32));
            case 1 -> length - 1 - random.nextInt(Math.min(length, 64));
            default -> random.nextInt(length);
        };
    }

    private static byte[] splice(byte[] bytes, int from, int to, byte[] insert) {
        byte[] out = new byte[bytes.length - (to - from) + insert.length];
        System.arraycopy(bytes, 0, out, 0, from);
        System.arraycopy(insert, 0, out, from, insert.length);
        System.arraycopy(bytes, to, out, from + insert.length, bytes.length - to);
        return out;
    }

    private static byte[] randomBytes(int count, Random random) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }
}
