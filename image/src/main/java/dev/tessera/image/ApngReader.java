package dev.tessera.image;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Animated PNG (APNG 1.0, part of PNG's third edition): each frame is made a file of its own for {@link PngReader} and drawn on the
 * canvas as its control chunk says.
 */
final class ApngReader {
    private static final int SIGNATURE_BYTES = 8;
    private static final int CONTROL_BYTES = 26;
    private static final int ANIMATION_BYTES = 8;
    private static final int NUMBER_BYTES = 4;
    private static final int TO_PREVIOUS = 2;
    private static final int DEFAULT_DENOMINATOR = 100;

    private final FileBytes file;
    private final ByteArrayOutputStream shared = new ByteArrayOutputStream(); // chunks that every frame needs
    private final List<Frame> frames = new ArrayList<>();
    private long header = -1;
    private long declared = -1;
    private long nextNumber;
    private Canvas canvas;

    /**
     * A frame.
     *
     * @param control where the data of its control chunk stand
     */
    private record Frame(long control, ByteArrayOutputStream data) {}

    private ApngReader(FileBytes file) {
        this.file = file;
    }

    /** Number of frames that a PNG declares, 1 without animation; looks no further than the first chunk of pixels. */
    static long frames(FileBytes file) throws UnreadableImageException {
        long at = SIGNATURE_BYTES;
        while (!file.has(at + 4, "IDAT") && !file.has(at + 4, "IEND")) {
            if (file.has(at + 4, "acTL")) {
                return file.u32be(at + 8);
            }
            at += file.u32be(at) + 12;
        }
        return 1;
    }

    static ImageSequence read(FileBytes file) throws UnreadableImageException {
        return new ApngReader(file).read();
    }

    private ImageSequence read() throws UnreadableImageException {
        for (long at = SIGNATURE_BYTES; !file.has(at + 4, "IEND"); at += file.u32be(at) + 12) {
            PngChunks.verify(file, at);
            chunk(at, file.u32be(at));
        }
        if (frames.size() != declared || frames.isEmpty()) {
            throw file.unsupported(declared + " frames are declared, there are " + frames.size());
        }
        int width = (int) file.u32be(header);
        int height = (int) file.u32be(header + 4);
        canvas = new Canvas(width, height);
        FrameTiming timing = new FrameTiming();
        for (Frame frame : frames) {
            int denominator = file.u16be(frame.control + 22);
            timing.add(file.u16be(frame.control + 20), denominator == 0 ? DEFAULT_DENOMINATOR : denominator);
        }
        return timing.sequence(file, width, height, this::draw);
    }

    private void chunk(long at, long length) throws UnreadableImageException {
        long data = at + 8;
        if (file.has(at + 4, "IHDR")) {
            PngHeader.read(file, data);
            header = data;
        } else if (file.has(at + 4, "acTL")) {
            requireLength(at, length, ANIMATION_BYTES);
            declared = file.u32be(data);
            if (header < 0) {
                throw file.corrupt(at, "acTL stands before IHDR");
            }
            file.checkSize(file.u32be(header) * file.u32be(header + 4), Math.max(1, declared));
        } else if (file.has(at + 4, "fcTL")) {
            requireLength(at, length, CONTROL_BYTES);
            number(data);
            frames.add(new Frame(data, new ByteArrayOutputStream()));
            if (frames.size() > declared) {
                throw file.corrupt(at, "there are more frames than the " + declared + " that acTL declares");
            }
        } else if (file.has(at + 4, "fdAT")) {
            if (length < NUMBER_BYTES || frames.isEmpty()) {
                throw file.corrupt(at, "fdAT needs a number and an fcTL before it");
            }
            number(data);
            write(frames.getLast(), data + NUMBER_BYTES, length - NUMBER_BYTES);
        } else if (file.has(at + 4, "IDAT")) {
            if (!frames.isEmpty()) { // else a picture for readers without animation
                write(frames.getLast(), data, length);
            }
        } else if (file.has(at + 4, "PLTE") || file.has(at + 4, "tRNS")) {
            shared.write(file.bytes(), (int) at, (int) length + 12);
        }
    }

    private void requireLength(long at, long length, int expected) throws UnreadableImageException {
        if (length != expected) {
            throw file.corrupt(at, "the chunk has " + length + " bytes, must have " + expected);
        }
    }

    private void number(long at) throws UnreadableImageException {
        if (file.u32be(at) != nextNumber) {
            throw file.corrupt(at, "the chunk has number " + file.u32be(at) + ", must have " + nextNumber);
        }
        nextNumber++;
    }

    private void write(Frame frame, long from, long length) {
        frame.data.write(file.bytes(), (int) from, (int) length);
    }

    private Image draw(int index) throws UnreadableImageException {
        Frame frame = frames.get(index);
        long control = frame.control;
        long width = file.u32be(control + 4);
        long height = file.u32be(control + 8);
        long left = file.u32be(control + 12);
        long top = file.u32be(control + 16);
        if (width < 1 || height < 1 || left + width > file.u32be(header) || top + height > file.u32be(header + 4)) {
            throw file.corrupt(control, "frame " + index + " is not inside the picture");
        }
        int disposal = file.u8(control + 24);
        int blend = file.u8(control + 25);
        if (disposal > TO_PREVIOUS || blend > 1) {
            throw file.corrupt(
                    control,
                    "disposal is " + disposal + ", must be below 3; blending is " + blend + ", must be below 2");
        }
        Canvas previous = disposal == TO_PREVIOUS && index > 0 ? canvas.copy() : null;
        canvas.draw(PngReader.read(alone(frame)), (int) left, (int) top, blend == 1);
        Image shown = canvas.image();
        if (previous != null) {
            canvas = previous;
        } else if (disposal != 0) { // there is nothing before the first frame: as to the background
            canvas.clear((int) left, (int) top, (int) width, (int) height);
        }
        return shown;
    }

    /** A file with the header, sized like the frame, and its pixels. */
    private FileBytes alone(Frame frame) {
        byte[] head = Arrays.copyOfRange(file.bytes(), (int) header, (int) header + 13);
        System.arraycopy(file.bytes(), (int) frame.control + 4, head, 0, 8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(file.bytes(), 0, SIGNATURE_BYTES);
        out.writeBytes(PngChunks.chunk("IHDR", head));
        out.writeBytes(shared.toByteArray());
        out.writeBytes(PngChunks.chunk("IDAT", frame.data.toByteArray()));
        out.writeBytes(PngChunks.chunk("IEND", new byte[0]));
        return new FileBytes(out.toByteArray(), file.name(), file.maxPixels());
    }
}
