/** Model files: safetensors with their configuration, found by name, path or content hash. */
module dev.tessera.vqmodels {
    requires transitive dev.tessera.codebook;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.jr.ob;

    exports dev.tessera.vqmodels;

    uses dev.tessera.vqmodels.ModelProvider;
}
