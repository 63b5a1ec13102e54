package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.vqmodels.ModelFile;
import java.io.File;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Law 1, of neural models and of the lapped one: the same sound gives the same file, and the same file the same samples, however the JVM runs. */
class SameBitsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Xint",
                "-XX:TieredStopAtLevel=1",
                "-XX:UseAVX=0",
                "-XX:UseAVX=1",
                "-XX:-UseFMA",
                "-XX:MaxVectorSize=16",
                "-Dtessera.kernels=scalar"
            })
    void anotherJvmMakesTheSameFileAndSamples(String flag) throws Exception {
        assertEquals(fingerprint(), inAnotherJvm(flag));
    }

    /** Prints the fingerprint, for the parent to compare. */
    public static void main(String[] args) throws Exception {
        System.out.println(fingerprint());
    }

    private static String fingerprint() throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        AudioSignal sound = TestSoundNetworks.sound(11_025, 3001, 9);
        update(digest, TestSoundNetworks.frozen(), sound);
        AudioSignal shorter = TestSoundNetworks.sound(11_025, 1201, 9); // interpreted, each frame takes half a second
        update(digest, shipped("audio-mel-lapped"), shorter);
        update(digest, shipped("audio-scalar-2"), shorter);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void update(MessageDigest digest, AudioModel model, AudioSignal sound) throws Exception {
        AudioCodec codec = new AudioCodec(model);
        byte[] file = codec.compress(sound, new RateTarget.Quality(100)).bytes();
        float[] samples = codec.decompress(TsrFile.read(file)).channel(0);
        ByteBuffer bytes = ByteBuffer.allocate(4 * samples.length);
        bytes.asFloatBuffer().put(samples);
        digest.update(file);
        digest.update(bytes.array());
    }

    private static AudioModel shipped(String name) throws Exception {
        try (InputStream in = AudioModel.class.getResourceAsStream("models/" + name + ".safetensors")) {
            return AudioModel.load(ModelFile.read(in));
        }
    }

    private static String inAnotherJvm(String flag) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                flag,
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path").replace(';', File.pathSeparatorChar),
                SameBitsTest.class.getName()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), "exit code of the JVM with " + flag);
        return out;
    }
}
