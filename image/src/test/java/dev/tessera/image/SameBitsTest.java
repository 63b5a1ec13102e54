package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.image.transform.TransformDigest;
import dev.tessera.vqmodels.ModelFile;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Law 1: the same picture gives the same file, and the same file the same pixels, however the JVM runs. */
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
                "-Dtessera.kernels=scalar",
                OtherJvm.COMPILED
            })
    void anotherJvmMakesTheSameFileAndPixels(String flag) throws Exception {
        assertEquals(fingerprint(), OtherJvm.run(flag, SameBitsTest.class));
    }

    /** Prints the fingerprint, for the parent to compare. */
    public static void main(String[] args) throws Exception {
        System.out.println(fingerprint());
    }

    private static String fingerprint() throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (ImageModel model : List.of(TestPictures.model(), TestNetworks.frozen("vq"), TestNetworks.frozen("fsq"))) {
            update(digest, new ImageCodec(model));
        }
        TransformDigest.update(digest);
        updateLearned(digest);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void updateLearned(MessageDigest digest) throws Exception {
        try (InputStream in = SameBitsTest.class.getResourceAsStream("/models/learned-test.safetensors")) {
            PictureCodec codec = PictureCodec.of(ModelFile.read(in));
            byte[] file = codec.pack(TestPictures.scene(60, 50, 9), new RateTarget.Bytes(120), TsrLayout.SINGLE, 1)
                    .bytes();
            digest.update(file);
            digest.update(codec.decompress(TsrFile.read(file), 1).toRgb8());
        }
    }

    private static void update(MessageDigest digest, ImageCodec codec) throws Exception {
        byte[] file = codec.compress(TestPictures.scene(50, 40, 9), new RateTarget.Quality(60))
                .bytes();
        digest.update(file);
        digest.update(codec.decompress(TsrFile.read(file)).toRgb8());
    }
}
