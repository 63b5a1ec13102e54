package dev.tessera.image.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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

/** The model {@code image-linear} on a part of a sample photo. */
class ShippedLinearModelTest {
    private static LinearImageCodec codec;
    private static Image photo;

    @BeforeAll
    static void load() throws IOException {
        ShippedModel shipped = new ImageModels()
                .models().stream()
                        .filter(m -> m.description().name().equals("image-linear"))
                        .findFirst()
                        .orElseThrow();
        assertTrue(shipped.description().isDefaultCodec());
        codec = new LinearImageCodec(LinearImageModel.load(shipped.load()));
        photo = ImageFiles.read(Path.of("../samples/media/photo-coffee.jpg")).crop(120, 160, 203, 149);
    }

    /** Written once, never again: later builds must read it to the same pixels. */
    @Test
    void theGoldenFileDecodesToTheGoldenPixels() throws Exception {
        byte[] golden;
        try (InputStream in =
                ShippedLinearModelTest.class.getResourceAsStream("/golden/tsr/0/linear-coffee-203x149.tsr")) {
            golden = in.readAllBytes();
        }
        Image image = codec.decompress(TsrFile.read(golden));
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(image.toRgb8());
        assertEquals(GOLDEN_PIXELS, HexFormat.of().formatHex(digest));
        assertArrayEquals(golden, codec.compress(photo, new RateTarget.Bytes(500)));
    }

    @Test
    void budgetsOfAPhotoAreKeptAndUsed() {
        for (int budget : new int[] {60, 150, 700}) {
            int bytes = codec.compress(photo, new RateTarget.Bytes(budget)).length;
            assertTrue(bytes <= budget && bytes >= .97 * budget, bytes + " of " + budget + " bytes");
        }
    }

    private static final String GOLDEN_PIXELS = "ec53915e27525518b6dbb19ade570f7b8d0304b7d1164550b947b91f8847efa6";
}
