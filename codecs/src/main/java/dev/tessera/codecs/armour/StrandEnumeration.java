package dev.tessera.codecs.armour;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Optional;

/**
 * Numbers all strands that keep two constraints, in lexicographic order of their data bases (A before C before G before T).
 * No table of strands exists: a strand's number is the count of those before it, summed base by base from counts of
 * completions (Cover, "Enumerative source encoding", 1973; for DNA: Hareedy et al., D-LOCO codes).
 *
 * <p>Some positions are left to parity, which may turn out to be any base. The constraints hold for whatever stands there:
 *
 * <ul>
 *   <li>No run of equal bases is longer than {@value #MAX_RUN}. A parity base is counted as if it prolonged the run before
 *       it and the run behind it.
 *   <li>The balance - the start value, plus one for every G or C among the data bases, minus one for every A or T - stays in
 *       [0, width]. So any stretch of data bases has a G+C excess of at most {@code width}, and at most {@code width - 1} if
 *       the stretch has an odd count of bases and {@code width} is even.
 * </ul>
 *
 * Immutable. Building costs {@code O(length * width)} additions of numbers of {@code 2 * length} bits, a conversion
 * {@code O(length)} of them.
 */
final class StrandEnumeration {
    static final int MAX_RUN = 3;

    private static final int NO_BASE = Base.COUNT;
    private static final int DEAD = -1;

    private final int length;
    private final int width;
    private final boolean[] parity;
    private final int firstState;
    private final BigInteger[][] completions; // [length + 1 x states]: ways to fill the positions from here on

    /**
     * @param parityPositions no two of them neighbours
     * @param firstBalance in [0, width]
     */
    StrandEnumeration(int length, int[] parityPositions, int width, int firstBalance) {
        this.length = length;
        this.width = width;
        this.parity = new boolean[length];
        for (int position : parityPositions) {
            parity[position] = true;
        }
        this.firstState = state(firstBalance, NO_BASE, 0);
        this.completions = countCompletions();
    }

    /** How many strands there are; numbers run from 0 to one less. */
    BigInteger size() {
        return completions[0][firstState];
    }

    /**
     * The strand with this number; parity positions hold 0.
     *
     * @param number in [0, size)
     */
    byte[] strand(BigInteger number) {
        byte[] bases = new byte[length];
        BigInteger rest = number;
        int state = firstState;
        for (int position = 0; position < length; position++) {
            if (parity[position]) {
                state = afterParity(state);
                continue;
            }
            for (int base = 0; base < Base.COUNT; base++) {
                int next = after(position, state, base);
                if (next == DEAD) {
                    continue;
                }
                BigInteger count = completions[position + 1][next];
                if (rest.compareTo(count) < 0) {
                    bases[position] = (byte) base;
                    state = next;
                    break;
                }
                rest = rest.subtract(count);
            }
        }
        return bases;
    }

    /** The number of a strand, whatever its parity bases are; nothing for one that breaks a constraint. */
    Optional<BigInteger> number(byte[] bases) {
        BigInteger number = BigInteger.ZERO;
        int state = firstState;
        for (int position = 0; position < length && state != DEAD; position++) {
            if (parity[position]) {
                state = afterParity(state);
                continue;
            }
            for (int base = 0; base < bases[position]; base++) {
                int lower = after(position, state, base);
                if (lower != DEAD) {
                    number = number.add(completions[position + 1][lower]);
                }
            }
            state = after(position, state, bases[position]);
        }
        return state == DEAD ? Optional.empty() : Optional.of(number);
    }

    private BigInteger[][] countCompletions() {
        BigInteger[][] counts = new BigInteger[length + 1][state(width + 1, 0, 0)];
        Arrays.fill(counts[length], BigInteger.ONE);
        for (int position = length - 1; position >= 0; position--) {
            for (int state = 0; state < counts[position].length; state++) {
                counts[position][state] = parity[position]
                        ? countAt(counts[position + 1], afterParity(state))
                        : countOverBases(counts[position + 1], position, state);
            }
        }
        return counts;
    }

    private BigInteger countOverBases(BigInteger[] counts, int position, int state) {
        BigInteger sum = BigInteger.ZERO;
        for (int base = 0; base < Base.COUNT; base++) {
            sum = sum.add(countAt(counts, after(position, state, base)));
        }
        return sum;
    }

    private static BigInteger countAt(BigInteger[] counts, int state) {
        return state == DEAD ? BigInteger.ZERO : counts[state];
    }

    /** What the coder remembers: the balance, the last data base and the longest run that may end here. */
    private static int state(int balance, int lastBase, int run) {
        return (balance * (Base.COUNT + 1) + lastBase) * (MAX_RUN + 1) + run;
    }

    private int after(int position, int state, int base) {
        int run = state % (MAX_RUN + 1);
        int lastBase = state / (MAX_RUN + 1) % (Base.COUNT + 1);
        int balance = state / state(1, 0, 0) + (Base.isGc(base) ? 1 : -1);
        boolean behindParity = position > 0 && parity[position - 1];
        int nextRun = base == lastBase ? run + 1 : behindParity ? 2 : 1;
        return balance < 0 || balance > width || nextRun > MAX_RUN ? DEAD : state(balance, base, nextRun);
    }

    private static int afterParity(int state) {
        return state % (MAX_RUN + 1) == MAX_RUN ? DEAD : state + 1;
    }
}
