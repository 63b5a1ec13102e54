package dev.tessera.image;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * YUV4MPEG2 (Y4M) streams of 8 bits, progressive: 4:2:0, 4:2:2, 4:4:4 and grey. Colours are BT.601, 16 to 235 unless the stream says
 * XCOLORRANGE=FULL. Chroma of a lower size is repeated when read and averaged when written (4:2:0), so that reading what
 * was written gives the same chroma back. Integers only.
 */
final class Y4mFormat {
    static final String MAGIC = "YUV4MPEG2 ";

    private static final String FRAME = "FRAME";
    private static final int MAX_LINE = 1 << 10;
    private static final int BITS = 16;
    private static final double LUMA_RANGE = 219;
    private static final double CHROMA_RANGE = 224;
    private static final int BLACK = 16;
    private static final int MIDDLE = 128;

    private final FileBytes file;
    private int at;
    private int width;
    private int height;
    private int ticks = 25; // where a stream does not say
    private int perSeconds = 1;
    private int chromaX = 1; // log2 of luma samples per chroma sample
    private int chromaY = 1;
    private boolean grey;
    private boolean full;

    private Y4mFormat(FileBytes file) {
        this.file = file;
    }

    static ImageSequence read(FileBytes file) throws UnreadableImageException {
        return new Y4mFormat(file).read();
    }

    private ImageSequence read() throws UnreadableImageException {
        for (String field : line().split(" ")) {
            header(field);
        }
        file.checkSize(width, height);
        int chroma = grey ? 0 : Math.ceilDiv(width, 1 << chromaX) * Math.ceilDiv(height, 1 << chromaY);
        ImageSequence.Builder frames = ImageSequence.builder(width, height, ticks, perSeconds);
        while (at < file.length()) {
            if (!line().split(" ")[0].equals(FRAME)) {
                throw file.corrupt(at, "a frame must begin with " + FRAME);
            }
            file.checkSize((long) width * height, frames.size() + 1);
            file.require(at, (long) width * height + 2L * chroma);
            frames.add(frame(chroma), 1);
            at += width * height + 2 * chroma;
        }
        try {
            return frames.build();
        } catch (IllegalArgumentException e) { // no frames, strange rate
            throw file.unsupported(e.getMessage());
        }
    }

    private String line() throws UnreadableImageException {
        int from = at;
        while (file.u8(at) != '\n') {
            at++;
            if (at - from > MAX_LINE) {
                throw file.corrupt(from, "a line has more than " + MAX_LINE + " bytes");
            }
        }
        return new String(file.bytes(), from, at++ - from, StandardCharsets.ISO_8859_1);
    }

    private void header(String field) throws UnreadableImageException {
        String value = field.isEmpty() ? "" : field.substring(1);
        switch (field.isEmpty() ? ' ' : field.charAt(0)) {
            case 'W' -> width = number(field, value);
            case 'H' -> height = number(field, value);
            case 'F' -> rate(field, value);
            case 'I' -> {
                if (!value.equals("p") && !value.equals("?")) {
                    throw file.unsupported("interlacing is '" + value + "', must be progressive (Ip)");
                }
            }
            case 'C' -> colours(value);
            case 'X' -> full |= value.equals("COLORRANGE=FULL");
            default -> {} // aspect of pixels, magic, what others add
        }
    }

    private void rate(String field, String value) throws UnreadableImageException {
        String[] terms = value.split(":");
        if (terms.length != 2) {
            throw file.unsupported("the frame rate is '" + field + "', must look like F25:1");
        }
        int numerator = number(field, terms[0]);
        int denominator = number(field, terms[1]);
        if (numerator > 0 && denominator > 0) {
            ticks = numerator;
            perSeconds = denominator;
        }
    }

    private int number(String field, String value) throws UnreadableImageException {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new UnreadableImageException(file.name() + ": the header field '" + field + "' is no number", e);
        }
    }

    private void colours(String value) throws UnreadableImageException {
        switch (value) {
            case "420", "420jpeg", "420mpeg2", "420paldv" -> {}
            case "422" -> chromaY = 0;
            case "444" -> {
                chromaX = 0;
                chromaY = 0;
            }
            case "mono" -> grey = true;
            default ->
                throw file.unsupported("the colour space is '" + value
                        + "', must be one of 420, 420jpeg, 420mpeg2, 420paldv, 422, 444, mono");
        }
    }

    private Image frame(int chroma) {
        int lumaScale = full ? 1 << BITS : fixed(255 / LUMA_RANGE);
        double chromaScale = full ? 1 : 255 / CHROMA_RANGE;
        int black = full ? 0 : BLACK;
        float[][] planes = new float[grey ? 1 : 3][width * height];
        int chromaWidth = Math.ceilDiv(width, 1 << chromaX);
        int redOfCr = fixed(1.402 * chromaScale);
        int greenOfCb = fixed(.344136 * chromaScale);
        int greenOfCr = fixed(.714136 * chromaScale);
        int blueOfCb = fixed(1.772 * chromaScale);
        byte[] bytes = file.bytes();
        for (int i = 0; i < width * height; i++) {
            int luma = ((bytes[at + i] & 0xFF) - black) * lumaScale;
            if (grey) {
                planes[0][i] = level(luma);
                continue;
            }
            int j = at + width * height + (i / width >> chromaY) * chromaWidth + (i % width >> chromaX);
            int cb = (bytes[j] & 0xFF) - MIDDLE;
            int cr = (bytes[j + chroma] & 0xFF) - MIDDLE;
            planes[0][i] = level(luma + redOfCr * cr);
            planes[1][i] = level(luma - greenOfCb * cb - greenOfCr * cr);
            planes[2][i] = level(luma + blueOfCb * cb);
        }
        return grey
                ? Image.ofGrey(width, height, planes[0])
                : Image.ofRgb(width, height, planes[0], planes[1], planes[2]);
    }

    private static int fixed(double value) {
        return (int) Math.round(value * (1 << BITS));
    }

    private static float level(int value) {
        return Math.clamp(value + (1 << BITS - 1) >> BITS, 0, 255);
    }

    /**
     * Writes a stream of 4:2:0 or grey.
     *
     * @throws IllegalArgumentException when the frames have different durations, which the format cannot say
     */
    static void write(ImageSequence sequence, OutputStream out) throws IOException {
        if (!sequence.isSteady()) {
            throw new IllegalArgumentException(
                    "the frames are shown for different times, which Y4M cannot say; APNG (.png) can");
        }
        out.write(String.format(
                        Locale.ROOT,
                        "%sW%d H%d F%d:%d Ip A1:1 C%s\n",
                        MAGIC,
                        sequence.geometry().width(),
                        sequence.geometry().height(),
                        sequence.geometry().ticks(),
                        sequence.geometry().perSeconds(),
                        sequence.isGrey() ? "mono" : "420jpeg")
                .getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < sequence.size(); i++) {
            out.write((FRAME + "\n").getBytes(StandardCharsets.US_ASCII));
            write(sequence.frame(i), out);
        }
    }

    private static void write(Image frame, OutputStream out) throws IOException {
        int width = frame.width();
        int height = frame.height();
        int red = fixed(.299 * LUMA_RANGE / 255);
        int blue = fixed(.114 * LUMA_RANGE / 255);
        int green = fixed(LUMA_RANGE / 255) - red - blue;
        byte[] luma = new byte[width * height];
        for (int i = 0; i < luma.length; i++) {
            int sum = red * (int) frame.plane(0)[i] + green * (int) frame.plane(1)[i] + blue * (int) frame.plane(2)[i];
            luma[i] = (byte) (BLACK + (sum + (1 << BITS - 1) >> BITS));
        }
        out.write(luma);
        if (!frame.isGrey()) {
            // B - Y = .886 B - .299 R - .587 G; Cb is .5 / .886 of it
            out.write(chroma(frame, 2, .5 * .299 / .886, .5 * .587 / .886, 0));
            out.write(chroma(frame, 0, .5 * .114 / .701, .5 * .587 / .701, 2));
        }
    }

    /** @param main the colour whose difference from luma this is, of weight 1/2 */
    private static byte[] chroma(Image frame, int main, double other, double green, int otherChannel) {
        int width = frame.width();
        int w = (width + 1) / 2;
        int h = (frame.height() + 1) / 2;
        int ofGreen = fixed(green * CHROMA_RANGE / 255);
        int ofOther = fixed(other * CHROMA_RANGE / 255);
        int ofMain = ofGreen + ofOther; // grey has no chroma
        byte[] out = new byte[w * h];
        for (int i = 0; i < out.length; i++) {
            long sum = 0;
            for (int j = 0; j < 4; j++) {
                int x = Math.min(width - 1, i % w * 2 + j % 2);
                int y = Math.min(frame.height() - 1, i / w * 2 + j / 2);
                int from = y * width + x;
                sum += (long) ofMain * (int) frame.plane(main)[from]
                        - (long) ofGreen * (int) frame.plane(1)[from]
                        - (long) ofOther * (int) frame.plane(otherChannel)[from];
            }
            out[i] = (byte) (MIDDLE + (sum + (2L << BITS) >> BITS + 2));
        }
        return out;
    }
}
