package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.container.TsrFile;
import dev.tessera.vqmodels.ModelFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/**
 * Streams of the past decode to the samples of the past, to the last bit. The files under {@code golden/audio/0} are added
 * to, never made again: the model is a small one of its own, the hashes are SHA-256 of the big-endian floats of all channels.
 */
class GoldenStreamTest {
    private static byte[] golden(String name) throws IOException {
        try (InputStream in = GoldenStreamTest.class.getResourceAsStream("/golden/audio/0/" + name)) {
            return in.readAllBytes();
        }
    }

    private static String hash(AudioSignal signal) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (int c = 0; c < signal.channels(); c++) {
            ByteBuffer bytes = ByteBuffer.allocate(4 * signal.length());
            bytes.asFloatBuffer().put(signal.channel(c));
            digest.update(bytes.array());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void decodes(byte[] model, String hashes, int streams) throws IOException, NoSuchAlgorithmException {
        AudioCodec codec = new AudioCodec(AudioModel.load(ModelFile.read(model)));
        List<String> lines =
                new String(golden(hashes), StandardCharsets.US_ASCII).lines().toList();
        assertEquals(streams, lines.size());
        for (String line : lines) {
            String[] fields = line.split(" ");
            AudioSignal decoded = codec.decompress(TsrFile.read(golden(fields[0] + ".tsr")));
            assertEquals(fields[1], hash(decoded), fields[0]);
        }
    }

    @Test
    void oldStreamsDecodeToTheirOldSamples() throws IOException, NoSuchAlgorithmException {
        byte[] model = golden("model.safetensors");
        assertTrue(model.length <= 100_000);
        decodes(model, "decoded.sha256", 4);
    }

    @Test
    void oldStreamsOfScalarModelsDecodeToTheirOldSamples() throws IOException, NoSuchAlgorithmException {
        byte[] model = unpacked("scalar-model.safetensors.gz");
        decodes(model, "scalar-decoded.sha256", 4);
        decodes(model, "scalar-packets-decoded.sha256", 2);
        decodes(model, "scalar-high-decoded.sha256", 3);
    }

    @Test
    void oldStreamsOfScalarModelsWithNetworksDecodeToTheirOldSamples() throws IOException, NoSuchAlgorithmException {
        decodes(unpacked("scalar-refined-model.safetensors.gz"), "scalar-refined-decoded.sha256", 3);
    }

    private static byte[] unpacked(String name) throws IOException {
        byte[] packed = golden(name);
        assertTrue(packed.length <= 100_000);
        return new GZIPInputStream(new ByteArrayInputStream(packed)).readAllBytes();
    }
}
