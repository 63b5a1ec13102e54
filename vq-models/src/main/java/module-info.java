/**
 * Model files, safetensors with their configuration, found by name, path or content hash; the networks that they describe;
 * low-bit weights, and networks stored in them.
 */
module dev.tessera.vqmodels {
    requires transitive dev.tessera.codebook;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.jr.ob;
    requires jdk.incubator.vector;

    exports dev.tessera.vqmodels;
    exports dev.tessera.vqmodels.integer;
    exports dev.tessera.vqmodels.integer.fit;
    exports dev.tessera.vqmodels.kernels to
            dev.tessera.image;
    exports dev.tessera.vqmodels.lowbit;
    exports dev.tessera.vqmodels.lowbit.cache;
    exports dev.tessera.vqmodels.lowbit.fit;
    exports dev.tessera.vqmodels.lowbit.product;
    exports dev.tessera.vqmodels.nn;
    exports dev.tessera.vqmodels.quantize;
    exports dev.tessera.vqmodels.training;

    uses dev.tessera.vqmodels.ModelProvider;
    uses dev.tessera.vqmodels.training.NeuralTrainer;
}
