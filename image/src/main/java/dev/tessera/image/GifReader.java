package dev.tessera.image;

import java.util.Arrays;

/** The first frame of a GIF, at its place on the canvas; canvas that the frame leaves free is transparent. */
final class GifReader {
    private final GifLayout.Frame first;

    private GifReader(GifLayout.Frame first) {
        this.first = first;
    }

    static Image read(FileBytes file) throws UnreadableImageException {
        GifLayout layout = new GifLayout(file);
        GifLayout.Frame first = layout.frames().getFirst();
        int width = layout.width(1);
        int height = layout.height(1);
        file.checkSize(first.width(), first.height());
        file.checkSize(width, height);
        Image frame = PluginReader.read(file, () -> Libraries.jdkReader("gif"));
        if (frame.width() != first.width() || frame.height() != first.height()) {
            throw file.unsupported("the decoder found another geometry than the frame declares");
        }
        return frame.width() == width && frame.height() == height
                ? frame
                : new GifReader(first).placed(frame, width, height);
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
            alpha = new float[first.width() * first.height()];
            Arrays.fill(alpha, 255);
        }
        return canvas.withAlpha(placed(alpha, width, height));
    }

    private float[] placed(float[] plane, int width, int height) {
        float[] out = new float[width * height];
        for (int y = 0; y < first.height(); y++) {
            System.arraycopy(plane, y * first.width(), out, (first.top() + y) * width + first.left(), first.width());
        }
        return out;
    }
}
