package dev.tessera.image;

import java.io.IOException;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriter;

/** The way to decoders that are not ours: set up without a display, and with their failures turned into ours. */
final class Libraries {
    static {
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
        ImageIO.setUseCache(false);
    }

    private Libraries() {}

    /** Something a decoder does. */
    interface Decoding<T> {
        T run() throws IOException;
    }

    /** Runs {@code decoding}; whatever it throws because of the file's content becomes an {@link UnreadableImageException}. */
    static <T> T guarded(FileBytes file, Decoding<T> decoding) throws UnreadableImageException {
        try {
            return decoding.run();
        } catch (UnreadableImageException e) {
            throw e;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            String message = e.getMessage();
            throw new UnreadableImageException(
                    file.name() + ": the decoder failed: "
                            + (message == null ? e.getClass().getSimpleName() : message),
                    e);
        }
    }

    /** The JDK's own reader, whatever plugins are there. */
    static ImageReader jdkReader(String format) {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
        while (readers.hasNext()) {
            ImageReader reader = readers.next();
            if (reader.getClass().getModule() == ImageIO.class.getModule()) {
                return reader;
            }
        }
        throw new IllegalStateException("the JDK has no reader for " + format);
    }

    /** The JDK's own writer, whatever plugins are there. */
    static ImageWriter jdkWriter(String format) {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName(format);
        while (writers.hasNext()) {
            ImageWriter writer = writers.next();
            if (writer.getClass().getModule() == ImageIO.class.getModule()) {
                return writer;
            }
        }
        throw new IllegalStateException("the JDK has no writer for " + format);
    }
}
