package dev.tessera.codecs.armour;

/** The four bases as numbers 0 to 3, in the order of their letters. */
final class Base {
    static final int COUNT = 4;

    /** What stands for a letter that is no base. */
    static final byte UNREADABLE = -1;

    private static final String LETTERS = "ACGT";

    private Base() {}

    static char letter(int base) {
        return LETTERS.charAt(base);
    }

    /** The base of a letter in either case, {@link #UNREADABLE} for any other character. */
    static byte of(char letter) {
        return switch (letter) {
            case 'A', 'a' -> 0;
            case 'C', 'c' -> 1;
            case 'G', 'g' -> 2;
            case 'T', 't' -> 3;
            default -> UNREADABLE;
        };
    }

    /** Whether it is G or C, the bases that bind by three hydrogen bonds. */
    static boolean isGc(int base) {
        return base == 1 || base == 2;
    }
}
