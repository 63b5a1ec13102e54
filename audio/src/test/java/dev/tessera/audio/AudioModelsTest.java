package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.tessera.vqmodels.ModelDescription;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.ShippedModel;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import org.junit.jupiter.api.Test;

class AudioModelsTest {
    /** The index spares start-up the hashing, so it must say what hashing would. */
    @Test
    void indexSaysWhatTheFilesHold() throws IOException {
        Collection<ShippedModel> models = new AudioModels().models();
        assertFalse(models.isEmpty());
        for (ShippedModel model : models) {
            ModelDescription listed = model.description();
            try (InputStream in = model.opener().open(listed.name() + ModelFile.SUFFIX)) {
                ModelDescription real = ModelDescription.of(ModelFile.read(in));
                real = listed.isDefault() ? real.asDefault() : real;
                real = listed.isDefaultCodec() ? real.asDefaultCodec() : real;
                assertEquals(listed.deprecated() ? real.asDeprecated() : real, listed);
            }
        }
    }
}
