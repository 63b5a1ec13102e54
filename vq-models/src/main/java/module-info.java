/** Model files: safetensors with their configuration, found by name, path or content hash; low-bit weights. */
module dev.tessera.vqmodels {
    requires transitive dev.tessera.codebook;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.jr.ob;

    exports dev.tessera.vqmodels;
    exports dev.tessera.vqmodels.lowbit;
    exports dev.tessera.vqmodels.lowbit.fit;

    uses dev.tessera.vqmodels.ModelProvider;
}
