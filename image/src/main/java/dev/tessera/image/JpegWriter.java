package dev.tessera.image;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.OutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** JPEG of quality 95 with colours at full size; alpha is laid on white. */
final class JpegWriter {
    private static final float QUALITY = 0.95f;
    private static final float WHITE = 255;

    private JpegWriter() {}

    static void write(Image image, OutputStream out) throws IOException {
        if (image.width() > 65500 || image.height() > 65500) {
            throw new IllegalArgumentException(
                    "size is " + image.width() + " x " + image.height() + ", a JPEG side has at most 65500 pixels");
        }
        BufferedImage pixels = pixels(image.composedOn(WHITE));
        ImageWriter writer = Libraries.jdkWriter("jpeg");
        try (var stream = new MemoryCacheImageOutputStream(out)) {
            writer.setOutput(stream);
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            param.setCompressionQuality(QUALITY);
            IIOMetadata metadata =
                    writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(pixels), param);
            keepColoursAtFullSize(metadata);
            writer.write(null, new IIOImage(pixels, null, metadata), param);
        } finally {
            writer.dispose();
        }
    }

    private static BufferedImage pixels(Image image) {
        int type = image.isGrey() ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
        BufferedImage pixels = new BufferedImage(image.width(), image.height(), type);
        WritableRaster raster = pixels.getRaster();
        int[] row = new int[image.width()];
        for (int c = 0; c < raster.getNumBands(); c++) {
            float[] plane = image.plane(c);
            for (int y = 0; y < image.height(); y++) {
                for (int x = 0; x < row.length; x++) {
                    row[x] = Image.toByte(plane[y * row.length + x]) & 0xFF;
                }
                raster.setSamples(0, y, row.length, 1, c, row);
            }
        }
        return pixels;
    }

    private static void keepColoursAtFullSize(IIOMetadata metadata) throws IOException {
        String format = metadata.getNativeMetadataFormatName();
        IIOMetadataNode tree = (IIOMetadataNode) metadata.getAsTree(format);
        var components = tree.getElementsByTagName("componentSpec");
        for (int i = 0; i < components.getLength(); i++) {
            IIOMetadataNode component = (IIOMetadataNode) components.item(i);
            component.setAttribute("HsamplingFactor", "1");
            component.setAttribute("VsamplingFactor", "1");
        }
        metadata.setFromTree(format, tree);
    }
}
