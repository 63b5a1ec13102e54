package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageModels;
import dev.tessera.vqmodels.ShippedModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The models {@code image-linear-2} and {@code image-linear}, which it took the place of, on a part of a sample photo. */
class ShippedLinearModelTest {
    private static LinearImageCodec codec;
    private static Image photo;

    @BeforeAll
    static void load() throws IOException {
        assertTrue(shipped("image-linear-2").description().isDefaultCodec());
        codec = codec("image-linear-2");
        photo = ImageFiles.read(Path.of("../samples/media/photo-coffee.jpg")).crop(120, 160, 203, 149);
    }

    private static ShippedModel shipped(String name) {
        return new ImageModels()
                .models().stream()
                        .filter(m -> m.description().name().equals(name))
                        .findFirst()
                        .orElseThrow();
    }

    private static LinearImageCodec codec(String name) throws IOException {
        return new LinearImageCodec(LinearImageModel.load(shipped(name).load()));
    }

    /** Written once, never again: later builds must read it to the same pixels. */
    @ParameterizedTest
    @CsvSource({
        "image-linear, linear-details-coffee-203x149.tsr, b74d31d53de6fbb4f913ae48a3200b6f7ae99998f043ebc90341a601745f498c",
        "image-linear-2, linear-quarter-lionfish.tsr, 3256b5dc9202b208c1a2d2765a92b9cec0996ff774e6358de864639270051807",
        "image-linear-2, linear-half-clownfish.tsr, f3408dda784e6cb813e7b72ddffe015035993cdb6f173d537e140b0880cea3d8"
    })
    void theGoldenFileDecodesToTheGoldenPixels(String model, String file, String pixels) throws Exception {
        byte[] golden;
        try (InputStream in = ShippedLinearModelTest.class.getResourceAsStream("/golden/tsr/0/" + file)) {
            golden = in.readAllBytes();
        }
        Image image = codec(model).decompress(TsrFile.read(golden));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(image.toRgb8());
        assertEquals(pixels, HexFormat.of().formatHex(digest));
    }

    /** The encoder makes these bytes on every machine, in every mode of the JVM. */
    @Test
    void theEncoderMakesTheGoldenBytes() throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(codec.compress(photo, new RateTarget.Bytes(500)));
        assertEquals(GOLDEN_BYTES, HexFormat.of().formatHex(digest));
    }

    /** On parts of all sample photos: budgets are kept and used, more bytes and more q are strictly better. */
    @Test
    void moreIsBetterOnEverySample() throws IOException {
        for (String name :
                new String[] {"photo-coffee.jpg", "photo-clownfish.jpg", "photo-lionfish.jpg", "photo-astronaut.png"}) {
            Image part = ImageFiles.read(Path.of("../samples/media", name)).crop(150, 130, 96, 80);
            VisualQuality quality = new VisualQuality(part);
            double before = Double.NEGATIVE_INFINITY;
            for (int budget : new int[] {50, 120, 300}) {
                byte[] file = codec.compress(part, new RateTarget.Bytes(budget));
                assertTrue(
                        file.length <= budget && file.length >= .97 * budget,
                        name + ": " + file.length + " of " + budget + " bytes");
                double now = quality.of(codec.decompress(TsrFile.read(file)));
                assertTrue(now > before, name + ": " + now + " after " + before + " at " + budget);
                before = now;
            }
            before = Double.NEGATIVE_INFINITY;
            for (int q = 20; q <= 100; q += 40) {
                double now =
                        quality.of(codec.decompress(TsrFile.read(codec.compress(part, new RateTarget.Quality(q)))));
                assertTrue(now > before, name + ": " + now + " after " + before + " at " + q);
                before = now;
            }
        }
    }

    private static final String GOLDEN_BYTES = "1f368522a88e7f1b545825f36f87f20036769b603a728931bec67f81ffa2a1ee";
}
