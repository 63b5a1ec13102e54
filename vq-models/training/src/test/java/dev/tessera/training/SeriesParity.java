package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.Sequence;
import java.io.IOException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Networks of series in pure Java against the engine's. */
final class SeriesParity {
    private SeriesParity() {}

    /** Compares behind every layer, to 1e-4 of the largest value; returns what the engine gives in the end. */
    static float[] assertAgree(ModelFile model, String part, Network network, float[] in, int channels)
            throws IOException {
        var layers =
                ((Sequence) dev.tessera.vqmodels.nn.Network.read(model, part).root()).layers();
        assertEquals(network.layers().size(), layers.size());
        FeatureMap map = FeatureMap.of(channels, 1, in.length / channels, in);
        try (PointerScope _ = new PointerScope();
                NoGradGuard _ = new NoGradGuard()) {
            Tensor x = Tensors.of(in, 1, channels, 1, in.length / channels);
            for (int i = 0; i < layers.size(); i++) {
                x = network.forward(i, x);
                map = layers.get(i).apply(map, 1);
                float[] expected = Tensors.floats(x);
                float[] actual = map.toArray();
                assertEquals(expected.length, actual.length);
                double scale = 0;
                for (float value : expected) {
                    scale = Math.max(scale, Math.abs(value));
                }
                for (int k = 0; k < expected.length; k++) {
                    assertEquals(expected[k], actual[k], 1e-4 * scale, part + " layer " + i + ", value " + k);
                }
            }
            return Tensors.floats(x);
        }
    }
}
