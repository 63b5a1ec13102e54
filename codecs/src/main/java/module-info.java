/** Entropy coders and their integer models, the {@code .tsr} container and token data-set files. */
module dev.tessera.codecs {
    requires transitive dev.tessera.codebook;

    exports dev.tessera.codecs;
    exports dev.tessera.codecs.container;
    exports dev.tessera.codecs.dataset;
}
