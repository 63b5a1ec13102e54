package dev.tessera.image;

import dev.tessera.codebook.Quantizer;
import dev.tessera.codecs.GridSpec;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;

/** Networks and quantizer of a {@link NeuralImageModel}, which fit each other. */
record NeuralParts(NeuralNetworks networks, Quantizer quantizer) {
    private static final int FORMAT_VERSION = 1;

    static NeuralParts read(ModelFile file) throws CorruptModelException {
        file.config().requireFormatVersion(FORMAT_VERSION, FORMAT_VERSION);
        Quantizer quantizer = TokenizerFile.quantizer(file, GridSpec.MAX_CODEBOOK_SIZE);
        return new NeuralParts(NeuralNetworks.read(file, quantizer.dim()), quantizer);
    }

    NeuralEncoder encoder(int threads) {
        return networks.neuralEncoder(threads);
    }

    NeuralDecoder decoder(int threads) {
        return networks.neuralDecoder(threads);
    }

    int factor() {
        return networks.factor();
    }

    int wholeSize() {
        return networks.wholeSize();
    }

    boolean whole() {
        return networks.whole();
    }
}
