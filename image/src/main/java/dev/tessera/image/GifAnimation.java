package dev.tessera.image;

/** All frames of a GIF, each made a file of its own for {@link GifReader} and drawn on the canvas as the control blocks say. */
final class GifAnimation {
    private static final int TO_BACKGROUND = 2;
    private static final int TO_PREVIOUS = 3;
    private static final int DELAYS_PER_SECOND = 100;

    private final FileBytes file;
    private final GifLayout layout;
    private final int width;
    private final int height;
    private Canvas canvas;

    private GifAnimation(FileBytes file) throws UnreadableImageException {
        this.file = file;
        this.layout = new GifLayout(file);
        this.width = layout.width(layout.frames().size());
        this.height = layout.height(layout.frames().size());
    }

    static ImageSequence read(FileBytes file) throws UnreadableImageException {
        return new GifAnimation(file).read();
    }

    private ImageSequence read() throws UnreadableImageException {
        file.checkSize(width, height);
        file.checkSize((long) width * height, layout.frames().size());
        FrameTiming timing = new FrameTiming();
        for (GifLayout.Frame frame : layout.frames()) {
            timing.add(frame.control() < 0 ? 0 : file.u16le(frame.control() + 4), DELAYS_PER_SECOND);
        }
        canvas = new Canvas(width, height);
        return timing.sequence(file, width, height, this::draw);
    }

    private Image draw(int index) throws UnreadableImageException {
        GifLayout.Frame frame = layout.frames().get(index);
        int disposal = frame.control() < 0 ? 0 : file.u8(frame.control() + 3) >> 2 & 7;
        Canvas previous = disposal == TO_PREVIOUS ? canvas.copy() : null;
        canvas.draw(GifReader.read(alone(frame)), 0, 0, true);
        Image shown = canvas.image();
        if (disposal == TO_BACKGROUND) {
            canvas.clear(frame.left(), frame.top(), frame.width(), frame.height());
        } else if (previous != null) {
            canvas = previous;
        }
        return shown;
    }

    /** A file with the screen and one frame. */
    private FileBytes alone(GifLayout.Frame frame) throws UnreadableImageException {
        int head = layout.headBytes();
        int control = frame.control() < 0 ? 0 : GifLayout.CONTROL_BYTES;
        int length = (int) (frame.end() - frame.start());
        byte[] out = new byte[head + control + length + 1];
        System.arraycopy(file.bytes(), 0, out, 0, head);
        putU16(out, 6, width);
        putU16(out, 8, height);
        System.arraycopy(file.bytes(), (int) Math.max(0, frame.control()), out, head, control);
        System.arraycopy(file.bytes(), (int) frame.start(), out, head + control, length);
        out[out.length - 1] = GifLayout.TRAILER;
        return new FileBytes(out, file.name(), file.maxPixels());
    }

    private static void putU16(byte[] out, int at, int value) {
        out[at] = (byte) value;
        out[at + 1] = (byte) (value >> 8);
    }
}
