package dev.tessera.codecs.tensor;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.tensor.TensorSettings.StepRule;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Prints a digest of files and of what they decode to; the test runs it in other modes of the JVM. */
final class TensorDigest {
    private TensorDigest() {}

    public static void main(String[] args) throws Exception {
        System.out.println(digest());
    }

    static String digest() throws Exception {
        CRC32C crc = new CRC32C();
        FloatTensor tensor = TestSeries.walks(2, 150, 7, 42);
        for (StepRule rule : StepRule.values()) {
            TensorCodec codec = new TensorCodec(TensorSettings.DEFAULT.withStepRule(rule));
            for (int quality : new int[] {20, 60, 95, 100}) {
                byte[] file =
                        codec.compress(tensor, new RateTarget.Quality(quality)).bytes();
                crc.update(file);
                float[] values = TensorCodec.decompress(TsrFile.read(file)).values();
                ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
                bytes.asFloatBuffer().put(values);
                crc.update(bytes);
            }
        }
        return Long.toHexString(crc.getValue());
    }
}
