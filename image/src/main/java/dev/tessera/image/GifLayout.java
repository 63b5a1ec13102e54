package dev.tessera.image;

import java.util.ArrayList;
import java.util.List;

/** Where the frames of a GIF stand; all blocks are walked to the trailer, so that a file that ends early is refused. */
final class GifLayout {
    static final int TRAILER = 0x3B;
    static final int CONTROL_BYTES = 8;

    private static final int SCREEN_END = 13;
    private static final int EXTENSION = 0x21;
    private static final int CONTROL = 0xF9;
    private static final int FRAME = 0x2C;

    private final FileBytes file;
    private final List<Frame> frames = new ArrayList<>();

    /**
     * A frame.
     *
     * @param control where the control block of the frame stands, or -1
     * @param start where its block begins
     * @param end where the next block begins
     */
    record Frame(long control, long start, long end, int left, int top, int width, int height) {}

    GifLayout(FileBytes file) throws UnreadableImageException {
        this.file = file;
        walk();
        if (frames.isEmpty()) {
            throw file.unsupported("the file holds no frame");
        }
    }

    List<Frame> frames() {
        return frames;
    }

    /** Width of a canvas that holds the screen and the first {@code count} frames. */
    int width(int count) throws UnreadableImageException {
        return frames.stream().limit(count).mapToInt(f -> f.left + f.width).reduce(file.u16le(6), Math::max);
    }

    /** Its height. */
    int height(int count) throws UnreadableImageException {
        return frames.stream().limit(count).mapToInt(f -> f.top + f.height).reduce(file.u16le(8), Math::max);
    }

    /** Bytes before the first block: signature, screen and its colours. */
    int headBytes() throws UnreadableImageException {
        return SCREEN_END + colorTableBytes(10);
    }

    private void walk() throws UnreadableImageException {
        long control = -1;
        long at = headBytes();
        while (true) {
            int block = file.u8(at);
            if (block == TRAILER) {
                return;
            } else if (block == EXTENSION) {
                if (file.u8(at + 1) == CONTROL) {
                    file.require(at, CONTROL_BYTES);
                    control = at;
                }
                at = endOfSubBlocks(at + 2);
            } else if (block == FRAME) {
                long end = endOfSubBlocks(at + 11 + colorTableBytes(at + 9));
                frames.add(new Frame(
                        control,
                        at,
                        end,
                        file.u16le(at + 1),
                        file.u16le(at + 3),
                        file.u16le(at + 5),
                        file.u16le(at + 7)));
                control = -1;
                at = end;
            } else {
                throw file.corrupt(at, "block " + block + " is none of extension, frame and trailer");
            }
        }
    }

    private int colorTableBytes(long flagsAt) throws UnreadableImageException {
        int flags = file.u8(flagsAt);
        return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }

    private long endOfSubBlocks(long from) throws UnreadableImageException {
        long at = from;
        while (file.u8(at) != 0) {
            at += 1 + file.u8(at);
        }
        return at + 1;
    }
}
