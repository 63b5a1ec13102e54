package dev.tessera.image;

import com.twelvemonkeys.imageio.plugins.tiff.BigTIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import javax.imageio.spi.ImageReaderSpi;

/** TIFF and BigTIFF, the first page. */
final class TiffReader {
    private TiffReader() {}

    static Image read(FileBytes file) throws UnreadableImageException {
        boolean big = file.has(0, "II+") || file.has(0, "MM\0+");
        ImageReaderSpi provider = big ? new BigTIFFImageReaderSpi() : new TIFFImageReaderSpi();
        Image image = PluginReader.read(file, provider::createReaderInstance);
        return Orientation.apply(image, ExifOrientation.of(file, 0, file.length()));
    }
}
