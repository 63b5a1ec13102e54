package dev.tessera.codecs.armour;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One numbered piece of a stream, as it stands on one strand.
 *
 * @param version format version, in [0, 4)
 * @param index place in the stream, in [0, {@value #MAX_SEGMENTS})
 * @param last whether no segment follows
 * @param payload {@value #PAYLOAD_BYTES} bytes; not copied
 */
record DnaSegment(int version, int index, boolean last, byte[] payload) {
    static final int BASES = 150;
    static final int PAYLOAD_BYTES = 31;
    static final int MAX_SEGMENTS = 1 << 22;

    /** Not more than two in 50 consecutive bases, but for the last 50; these hold 47 others, an odd count. */
    static final int[] PARITY_POSITIONS = {0, 25, 50, 75, 100, 125, 149};

    /**
     * The G+C excess of the data bases of any window is at most 8, and at most 7 if their count is odd; with two or three
     * parity bases on top it is at most 10 of 50, which is 60 % G+C.
     */
    static final int BALANCE_WIDTH = 8;

    private static final int HEADER_BYTES = 4;
    private static final int HEADER_BITS = 25; // version 2, index 22, last 1
    private static final StrandEnumeration ENUMERATION =
            new StrandEnumeration(BASES, PARITY_POSITIONS, BALANCE_WIDTH, BALANCE_WIDTH / 2);
    private static final CapCode CODE = new CapCode(BASES, PARITY_POSITIONS);

    /** The strand of this segment, as letters. */
    String toLetters() {
        int header = (version << 22 | index) << 1 | (last ? 1 : 0);
        byte[] number = ByteBuffer.allocate(HEADER_BYTES + PAYLOAD_BYTES)
                .putInt(header)
                .put(payload)
                .array();
        byte[] bases = ENUMERATION.strand(new BigInteger(1, number));
        CODE.fillParity(bases);
        char[] letters = new char[BASES];
        for (int i = 0; i < BASES; i++) {
            letters[i] = Base.letter(bases[i]);
        }
        return new String(letters);
    }

    /** What a strand was read as. */
    sealed interface Reading {
        /** The segment, after so many corrections (0 or 1). */
        record Read(DnaSegment segment, int corrected) implements Reading {}

        /** Nothing that could be trusted. */
        record Refused(String reason) implements Reading {}
    }

    /** Reads a strand, correcting at most one wrong or unreadable base. */
    static Reading read(String letters) {
        if (letters.length() != BASES) {
            return new Reading.Refused(letters.length() + " bases, must be " + BASES);
        }
        byte[] bases = new byte[BASES];
        int unreadable = CapCode.CLEAN;
        for (int i = 0; i < BASES; i++) {
            byte base = Base.of(letters.charAt(i));
            if (base != Base.UNREADABLE) {
                bases[i] = base;
            } else if (unreadable == CapCode.CLEAN) {
                unreadable = i; // read as an A, which is wrong or right like any other guess
            } else {
                return new Reading.Refused("two or more unreadable bases");
            }
        }
        int corrected = CODE.correct(bases);
        boolean second = unreadable != CapCode.CLEAN && corrected != CapCode.CLEAN && corrected != unreadable;
        if (corrected == CapCode.UNCORRECTABLE || second) {
            return new Reading.Refused("two or more wrong bases");
        }
        int wrong = unreadable == CapCode.CLEAN && corrected == CapCode.CLEAN ? 0 : 1;
        return of(bases)
                .<Reading>map(segment -> new Reading.Read(segment, wrong))
                .orElseGet(() -> new Reading.Refused("three or more wrong bases"));
    }

    private static Optional<DnaSegment> of(byte[] bases) {
        return ENUMERATION
                .number(bases)
                .filter(number -> number.bitLength() <= HEADER_BITS + 8 * PAYLOAD_BYTES)
                .map(DnaSegment::of);
    }

    private static DnaSegment of(BigInteger number) {
        int header = number.shiftRight(8 * PAYLOAD_BYTES).intValue();
        byte[] payload = new byte[PAYLOAD_BYTES];
        byte[] bytes = number.toByteArray(); // of any length, big-endian, perhaps with a sign byte
        int count = Math.min(bytes.length, PAYLOAD_BYTES);
        System.arraycopy(bytes, bytes.length - count, payload, PAYLOAD_BYTES - count, count);
        return new DnaSegment(header >>> 23, header >>> 1 & MAX_SEGMENTS - 1, (header & 1) != 0, payload);
    }
}
