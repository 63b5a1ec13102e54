package dev.tessera.image.learned;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageModels;
import dev.tessera.image.PictureCodec;
import dev.tessera.image.transform.VisualQuality;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The model {@code image-open} on a part of a sample photo. */
class ShippedLearnedModelTest {
    private static PictureCodec codec;
    private static Image photo;

    @BeforeAll
    static void load() throws IOException {
        codec = PictureCodec.of(new ImageModels()
                .models().stream()
                        .filter(m -> m.description().name().equals("image-open"))
                        .findFirst()
                        .orElseThrow()
                        .load());
        photo = ImageFiles.read(Path.of("../samples/media/photo-coffee.jpg")).crop(120, 160, 203, 149);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    /** Written once, never again: later builds must read it to the same pixels. */
    @Test
    void theGoldenFileDecodesToTheGoldenPixels() throws Exception {
        try (InputStream in =
                ShippedLearnedModelTest.class.getResourceAsStream("/golden/tsr/0/learned-coffee-203x149.tsr")) {
            assertEquals(
                    GOLDEN_PIXELS,
                    sha256(codec.decompress(TsrFile.read(in.readAllBytes()), 1).toRgb8()));
        }
    }

    /** The encoder makes these bytes on every machine, in every mode of the JVM. */
    @Test
    void theEncoderMakesTheGoldenBytes() throws Exception {
        byte[] file = codec.pack(photo, new RateTarget.Bytes(500), TsrLayout.SINGLE, 2)
                .bytes();
        assertEquals(GOLDEN_BYTES, sha256(file));
    }

    @Test
    void budgetsAreUsedAndMoreIsBetter() throws IOException {
        VisualQuality quality = new VisualQuality(photo);
        double before = Double.NEGATIVE_INFINITY;
        for (int budget : new int[] {150, 300, 600, 900}) {
            byte[] file = codec.pack(photo, new RateTarget.Bytes(budget), TsrLayout.SINGLE, 1)
                    .bytes();
            assertTrue(file.length <= budget && file.length >= .95 * budget, file.length + " of " + budget + " bytes");
            double now = quality.of(codec.decompress(TsrFile.read(file), 1));
            assertTrue(now > before, now + " after " + before + " at " + budget);
            before = now;
        }
    }

    private static final String GOLDEN_PIXELS = "98ad4c232ccf8ca7fcc425355f0588686a2fa9a58abf344c4a46cca35c8a1719";
    private static final String GOLDEN_BYTES = "9b26a1778322bfa155606323b1f3c622e35b60c8386c77d6495550a81082af65";
}
