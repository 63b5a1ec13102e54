/** Tokenizers of series of vectors (trajectories, poses, features of sound) and their codec. */
module dev.tessera.features {
    requires transitive dev.tessera.codecs;
    requires transitive dev.tessera.vqmodels;

    exports dev.tessera.features;

    provides dev.tessera.vqmodels.ModelProvider with
            dev.tessera.features.FeatureModels;
}
