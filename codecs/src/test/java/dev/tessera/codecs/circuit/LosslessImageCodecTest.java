package dev.tessera.codecs.circuit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.ModelHash;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LosslessImageCodecTest {
    @Test
    void theHeaderNamesTheShippedCircuit() throws Exception {
        try (InputStream in = ImageCircuit.class.getResourceAsStream("image-circuit.bin")) {
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(in.readAllBytes());
            assertTrue(LosslessImageCodec.MODEL.matches(HexFormat.of().formatHex(sha256)));
        }
    }

    @Test
    void photosNoiseAndGreyComeBackInFewBytesMoreThanTheirPayload() throws IOException {
        byte[] photo;
        try (InputStream in = LosslessImageCodecTest.class.getResourceAsStream("/golden/circuit/photo-40x48.rgb")) {
            photo = in.readAllBytes();
        }
        byte[] noise = new byte[photo.length];
        new Random(1).nextBytes(noise);
        for (byte[] samples : new byte[][] {photo, noise}) {
            for (int channels : new int[] {3, 1}) {
                int width = 48 * 3 / channels;
                byte[] file = LosslessImageCodec.compress(samples, 40, width, channels);
                TsrFile read = TsrFile.read(file);
                assertTrue(LosslessImageCodec.isLossless(read.header()));
                assertTrue(file.length <= read.payload().length + 12, file.length + " bytes");
                LosslessImageCoder.Picture picture = LosslessImageCodec.decompress(read);
                assertArrayEquals(samples, picture.samples());
                assertEquals(width, picture.width());
                assertEquals(40, picture.height());
                assertEquals(channels, picture.channels());
            }
        }
    }

    @Test
    void otherPicturesAndForgedOnesAreRefused() throws IOException {
        ImageGeometry geometry = new ImageGeometry(4, 4);
        byte[] payload = {1, 2, 3};
        for (TsrHeader header : new TsrHeader[] {
            new TsrHeader(new ModelHash(1), geometry, 0), // of another model
            new TsrHeader(LosslessImageCodec.MODEL, geometry, 8), // no such coding
            new TsrHeader(LosslessImageCodec.MODEL, geometry, 3), // stored, but not so many samples
            new TsrHeader(LosslessImageCodec.MODEL, new ImageGeometry((1 << 20) + 1, 1), 0)
        }) {
            TsrFile file = TsrFile.read(TsrFile.write(header, payload));
            assertThrows(CorruptBitstreamException.class, () -> LosslessImageCodec.decompress(file));
        }
        assertFalse(LosslessImageCodec.isLossless(new TsrHeader(new ModelHash(1), geometry, 0)));
    }
}
