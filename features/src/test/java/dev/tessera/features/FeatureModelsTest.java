package dev.tessera.features;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.tensor.FloatTensor;
import dev.tessera.vqmodels.ModelDescription;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.ShippedModel;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The models in the jar. */
class FeatureModelsTest {
    private static final int FRAMES = 60;

    /** The index spares start-up the hashing, so it must say what hashing would. */
    @Test
    void indexSaysWhatTheFilesHold() throws IOException {
        Collection<ShippedModel> models = new FeatureModels().models();
        assertEquals(1, models.size());
        for (ShippedModel model : models) {
            ModelDescription listed = model.description();
            assertTrue(listed.bytes() <= 1_000_000, listed.bytes() + " bytes");
            try (InputStream in = model.opener().open(listed.name() + ModelFile.SUFFIX)) {
                ModelDescription real = ModelDescription.of(ModelFile.read(in));
                assertEquals(listed.isDefault() ? real.asDefault() : real, listed);
            }
        }
    }

    /** A ridge that wanders over 80 bands, in the range of log-mels. */
    private static FloatTensor ridge() {
        float[] rows = new float[FRAMES * 80];
        for (int t = 0; t < FRAMES; t++) {
            for (int c = 0; c < 80; c++) {
                double distance = c - 30 - 20 * StrictMath.sin(0.1 * t);
                rows[t * 80 + c] = (float) (4 * StrictMath.exp(-distance * distance / 100) - 9);
            }
        }
        return FloatTensor.of(List.of(FRAMES, 80), rows);
    }

    /** Tokens, file and frames of speech-mel80 stay what they were, to the last bit. */
    @Test
    void speechMel80KeepsItsTokens() throws Exception {
        FeatureModel model = FeatureModel.load(new FeatureModels()
                .models().stream()
                        .filter(m -> m.description().name().equals("speech-mel80"))
                        .findFirst()
                        .orElseThrow()
                        .load());
        assertEquals(80, model.channels());
        assertEquals(4, model.tokenFrames());
        assertEquals(0, model.lookAhead());
        assertEquals(48, model.lookBack());
        Tokens tokens = model.tokenizer(1).tokenize(ridge());
        assertArrayEquals(
                new int[] {130, 312, 64, 64, 64, 264, 130, 664, 514, 634, 634, 629, 591, 778, 514}, tokens.toArray());
        FeatureCodec codec = new FeatureCodec(model);
        byte[] file = codec.compress(ridge(), new RateTarget.Quality(100), 1).bytes();
        assertEquals(29, file.length);
        FloatTensor back = codec.decompress(TsrFile.read(file), 1);
        assertEquals(
                "3616781de1336dff67c3fa987871e341f551af9966c7b07a4f83927da895a065",
                FeatureCodecTest.hash(back.values()));
    }
}
