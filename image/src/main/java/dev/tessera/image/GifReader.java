package dev.tessera.image;

import java.util.Arrays;

/** The first frame of a GIF, at its place on the canvas; canvas that the frame leaves free is transparent. */
final class GifReader {
    private static final int SCREEN_END = 13;
    private static final int EXTENSION = 0x21;
    private static final int FRAME = 0x2C;
    private static final int TRAILER = 0x3B;

    private final FileBytes file;
    private int left;
    private int top;
    private int frameWidth;
    private int frameHeight;

    private GifReader(FileBytes file) {
        this.file = file;
    }

    static Image read(FileBytes file) throws UnreadableImageException {
        GifReader layout = new GifReader(file);
        layout.walk();
        int width = Math.max(file.u16le(6), layout.left + layout.frameWidth);
        int height = Math.max(file.u16le(8), layout.top + layout.frameHeight);
        file.checkSize(layout.frameWidth, layout.frameHeight);
        file.checkSize(width, height);
        Image frame = PluginReader.read(file, () -> Libraries.jdkReader("gif"));
        if (frame.width() != layout.frameWidth || frame.height() != layout.frameHeight) {
            throw file.unsupported("the decoder found another geometry than the frame declares");
        }
        return frame.width() == width && frame.height() == height ? frame : layout.placed(frame, width, height);
    }

    /** Walks all blocks to the trailer, so that a file that ends early is refused. */
    private void walk() throws UnreadableImageException {
        long at = SCREEN_END + colorTableBytes(10);
        while (true) {
            int block = file.u8(at);
            if (block == TRAILER) {
                break;
            } else if (block == EXTENSION) {
                at = endOfSubBlocks(at + 2);
            } else if (block == FRAME) {
                if (frameWidth == 0) {
                    left = file.u16le(at + 1);
                    top = file.u16le(at + 3);
                    frameWidth = file.u16le(at + 5);
                    frameHeight = file.u16le(at + 7);
                    file.checkSize(frameWidth, frameHeight);
                }
                at = endOfSubBlocks(at + 11 + colorTableBytes(at + 9));
            } else {
                throw file.corrupt(at, "block " + block + " is none of extension, frame and trailer");
            }
        }
        if (frameWidth == 0) {
            throw file.unsupported("the file holds no frame");
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

    private Image placed(Image frame, int width, int height) {
        Image canvas = frame.isGrey()
                ? Image.ofGrey(width, height, placed(frame.plane(0), width, height))
                : Image.ofRgb(
                        width,
                        height,
                        placed(frame.plane(0), width, height),
                        placed(frame.plane(1), width, height),
                        placed(frame.plane(2), width, height));
        float[] alpha = frame.alpha();
        if (alpha == null) {
            alpha = new float[frameWidth * frameHeight];
            Arrays.fill(alpha, 255);
        }
        return canvas.withAlpha(placed(alpha, width, height));
    }

    private float[] placed(float[] plane, int width, int height) {
        float[] out = new float[width * height];
        for (int y = 0; y < frameHeight; y++) {
            System.arraycopy(plane, y * frameWidth, out, (top + y) * width + left, frameWidth);
        }
        return out;
    }
}
