package dev.tessera.eval.rd;

import java.io.IOException;

/** The first fields of a JPEG XL codestream (ISO/IEC 18181-1, annexes A and E), as far as the flag of an ICC profile. */
final class JxlHeader {
    private final byte[] file;
    private long bit;

    /** @param at first byte after the signature FF 0A */
    JxlHeader(byte[] file, int at) {
        this.file = file;
        this.bit = 8L * at;
    }

    /** Whether an ICC profile follows; fails for animations, previews and extra channels, which no peer writes here. */
    boolean hasProfile() throws IOException {
        size();
        if (flag()) {
            return false; // all metadata default: sRGB
        }
        if (flag()) {
            bits(3); // orientation
            if (flag()) {
                size(); // intrinsic size
            }
            if (bits(2) != 0) {
                throw new IOException("the JPEG XL file has a preview or is an animation");
            }
        }
        if (flag()) {
            u32(new int[] {32, 16, 24, 1}, new int[] {0, 0, 0, 6}); // bits of float samples
            bits(4);
        } else {
            u32(new int[] {8, 10, 12, 1}, new int[] {0, 0, 0, 6});
        }
        flag(); // 16-bit buffers suffice
        if (u32(new int[] {0, 1, 2, 1}, new int[] {0, 0, 4, 12}) != 0) {
            throw new IOException("the JPEG XL file has extra channels");
        }
        flag(); // XYB
        return !flag() && flag(); // colour encoding: not all default, and a profile
    }

    private void size() throws IOException {
        boolean small = flag();
        side(small);
        if (bits(3) == 0) {
            side(small);
        }
    }

    private void side(boolean small) throws IOException {
        if (small) {
            bits(5);
        } else {
            u32(new int[] {1, 1, 1, 1}, new int[] {9, 13, 18, 30});
        }
    }

    private int u32(int[] offsets, int[] bits) throws IOException {
        int choice = bits(2);
        return offsets[choice] + bits(bits[choice]);
    }

    private boolean flag() throws IOException {
        return bits(1) == 1;
    }

    private int bits(int count) throws IOException {
        int value = 0;
        for (int i = 0; i < count; i++, bit++) {
            if (bit >>> 3 >= file.length) {
                throw new IOException("the JPEG XL header is cut short");
            }
            value |= (file[(int) (bit >>> 3)] >> (bit & 7) & 1) << i;
        }
        return value;
    }
}
