package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFormatsTest {
    /** Files whose decoding by another library stands beside them. */
    static final List<String> WITH_EXPECTATION = List.of(
            "colour.jpg",
            "subsampled-progressive.jpg",
            "grey.jpg",
            "cmyk.jpg",
            "ycck.jpg",
            "profile.jpg",
            "alpha-lossless.webp",
            "grey-lossy.webp",
            "animation.webp",
            "lzw.tif",
            "alpha-deflate.tif",
            "bilevel-g4.tif",
            "palette.tif",
            "jpeg.tif",
            "grey-alpha.tif",
            "colour.bmp",
            "palette.bmp",
            "bilevel.bmp",
            "animation.gif",
            "transparent.gif",
            "colour.ppm",
            "grey.pgm",
            "alpha.png",
            "grey-alpha.png",
            "palette-4-bits.png",
            "bilevel.png",
            "palette-transparent.png",
            "transparent-colour.png");

    static Stream<String> withExpectation() {
        return WITH_EXPECTATION.stream();
    }

    static byte[] resource(String name) throws IOException {
        try (InputStream in = ImageFormatsTest.class.getResourceAsStream("/formats/" + name)) {
            return in.readAllBytes();
        }
    }

    static Image read(byte[] file) throws IOException {
        return ImageFiles.read(file, "test", ImageFiles.DEFAULT_MAX_PIXELS);
    }

    @ParameterizedTest
    @MethodSource("withExpectation")
    void readsAsAnotherLibraryDoes(String name) throws IOException {
        Image image = read(resource(name));
        byte[] rgba = resource(name + ".rgba");
        assertEquals(19, image.width());
        assertEquals(13, image.height());
        byte[] rgb = image.toRgb8();
        // IDCT and chroma rounding differ between JPEG libraries, YUV rounding between WebP libraries
        int tolerance = name.endsWith("jpg") || name.startsWith("jpeg") || name.contains("lossy") ? 2 : 0;
        boolean transparent = false;
        for (int i = 0; i < 19 * 13; i++) {
            int alpha = rgba[4 * i + 3] & 0xFF;
            transparent |= alpha < 255;
            assertEquals(alpha, image.alpha() == null ? 255 : image.alpha()[i], "alpha of pixel " + i);
            for (int c = 0; c < 3 && alpha > 0; c++) {
                assertEquals(rgba[4 * i + c] & 0xFF, rgb[3 * i + c] & 0xFF, tolerance, "pixel " + i + " channel " + c);
            }
        }
        assertEquals(transparent, image.alpha() != null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"grey.jpg", "bilevel-g4.tif", "grey-alpha.tif", "bilevel.bmp", "grey.pgm", "bilevel.png"})
    void greySourcesStayGrey(String name) throws IOException {
        assertTrue(read(resource(name)).isGrey());
    }

    @ParameterizedTest
    @ValueSource(strings = {"grey16.pgm", "grey16.png", "grey16.tif"})
    void sixteenBitsKeepTheirPrecision(String name) throws IOException {
        Image image = read(resource(name));
        assertTrue(image.isGrey());
        for (int i = 0; i < 19 * 13; i++) {
            assertEquals(265 * i % 65536 / 257f, image.plane(0)[i], 1e-4f);
        }
    }

    @Property(tries = 150)
    void pngComesBack(
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll boolean grey,
            @ForAll boolean alpha,
            @ForAll long seed)
            throws IOException {
        Image image = noise(width, height, grey, alpha, seed);
        assertEquals(image, read(written(image, "png")));
    }

    @Property(tries = 60)
    void netpbmComesBack(
            @ForAll @IntRange(min = 1, max = 40) int width,
            @ForAll @IntRange(min = 1, max = 40) int height,
            @ForAll boolean grey,
            @ForAll long seed)
            throws IOException {
        Image image = noise(width, height, grey, false, seed);
        assertEquals(image, read(written(image, "ppm")));
    }

    @Property(tries = 40)
    void theJdkReadsOurPng(
            @ForAll @IntRange(min = 1, max = 30) int width,
            @ForAll @IntRange(min = 1, max = 30) int height,
            @ForAll boolean alpha,
            @ForAll long seed)
            throws IOException {
        Image image = noise(width, height, false, alpha, seed);
        BufferedImage back = ImageIO.read(new ByteArrayInputStream(written(image, "png")));
        assertEquals(image, BufferedImages.toImage(back));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                BufferedImage.TYPE_3BYTE_BGR,
                BufferedImage.TYPE_4BYTE_ABGR,
                BufferedImage.TYPE_BYTE_GRAY,
                BufferedImage.TYPE_USHORT_GRAY,
                BufferedImage.TYPE_BYTE_INDEXED,
                BufferedImage.TYPE_BYTE_BINARY
            })
    void readsTheJdksPngInterlacedOrNot(int type) throws IOException {
        for (int size = 1; size <= 17; size += 4) {
            BufferedImage picture = new BufferedImage(size, 18 - size, type);
            Random random = new Random(size);
            for (int y = 0; y < picture.getHeight(); y++) {
                for (int x = 0; x < size; x++) {
                    picture.setRGB(x, y, random.nextInt());
                }
            }
            for (boolean interlaced : new boolean[] {false, true}) {
                assertEquals(
                        BufferedImages.toImage(picture), read(jdkPng(picture, interlaced)), size + " " + interlaced);
            }
        }
    }

    @Test
    void jpegIsNearAndLaysAlphaOnWhite() throws IOException {
        Image scene = TestPictures.scene(61, 43, 3);
        assertTrue(TestPictures.psnr(scene, read(written(scene, "jpg"))) > 34);
        Image clear = scene.withAlpha(new float[61 * 43]);
        Image white = read(written(clear, "jpg"));
        assertNull(white.alpha());
        assertArrayEquals(Image.ofGrey(61, 43, filled(61 * 43, 255)).toRgb8(), white.toRgb8());
        assertTrue(read(written(Image.ofGrey(9, 9, filled(81, 100)), "jpeg")).isGrey());
    }

    @Test
    void theSamePictureGivesTheSamePngBytes() throws IOException {
        Image scene = TestPictures.scene(64, 48, 5);
        assertArrayEquals(written(scene, "png"), written(scene, "png"));
    }

    @Test
    void writesAndReadsPathsAndStreams(@TempDir Path folder) throws IOException {
        Image image = noise(5, 4, false, true, 8);
        Path file = folder.resolve("picture.PNG");
        ImageFiles.write(image, file);
        assertEquals(image, ImageFiles.read(file));
        try (InputStream in = Files.newInputStream(file)) {
            assertEquals(image, ImageFiles.read(in, "stream", 20));
        }
        assertThrows(IllegalArgumentException.class, () -> ImageFiles.write(image, folder.resolve("picture.gif")));
        assertThrows(
                IllegalArgumentException.class,
                () -> ImageFiles.write(image, folder.resolve("png").resolveSibling("picture")));
    }

    @Test
    void netpbmHeadersMayHoldCommentsAndAnyMaximum() throws IOException {
        byte[] header = "P5#a\n 2 # b\n1\r15 ".getBytes(StandardCharsets.US_ASCII);
        byte[] file = Arrays.copyOf(header, header.length + 2);
        file[header.length] = 15;
        file[header.length + 1] = 3;
        assertArrayEquals(new float[] {255, 51}, read(file).plane(0), 1e-4f);
    }

    @Test
    void aGifFrameStandsAtItsPlace() throws IOException {
        byte[] gif = resource("transparent.gif");
        gif[6] = 25; // canvas of 25 x 20, the frame stays 19 x 13
        gif[8] = 20;
        Image image = read(gif);
        assertEquals(25, image.width());
        assertEquals(20, image.height());
        assertEquals(0, image.alpha()[19 * 25 + 24]);
        assertEquals(read(resource("transparent.gif")), image.crop(0, 0, 19, 13));
    }

    static byte[] written(Image image, String suffix) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageFiles.write(image, out, suffix);
        return out.toByteArray();
    }

    static Image noise(int width, int height, boolean grey, boolean alpha, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] planes = new float[4][width * height];
        for (float[] plane : planes) {
            for (int i = 0; i < plane.length; i++) {
                plane[i] = random.nextInt(256);
            }
        }
        planes[3][0] = 1; // at least one pixel is not opaque
        Image image = grey
                ? Image.ofGrey(width, height, planes[0])
                : Image.ofRgb(width, height, planes[0], planes[1], planes[2]);
        return alpha ? image.withAlpha(planes[3]) : image;
    }

    private static float[] filled(int count, float value) {
        float[] out = new float[count];
        Arrays.fill(out, value);
        return out;
    }

    private static byte[] jdkPng(BufferedImage picture, boolean interlaced) throws IOException {
        Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("png");
        ImageWriter writer = writers.next();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (var out = ImageIO.createImageOutputStream(bytes)) {
            writer.setOutput(out);
            ImageWriteParam param = writer.getDefaultWriteParam();
            param.setProgressiveMode(interlaced ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
            writer.write(null, new IIOImage(picture, null, null), param);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
