/** Entropy coders and their integer models, the {@code .tsr} container and token data-set files. */
module dev.tessera.codecs {
    requires transitive dev.tessera.codebook;
    requires jdk.incubator.vector;

    exports dev.tessera.codecs;
    exports dev.tessera.codecs.armour;
    exports dev.tessera.codecs.circuit;
    exports dev.tessera.codecs.container;
    exports dev.tessera.codecs.dataset;
    exports dev.tessera.codecs.mixing;
    exports dev.tessera.codecs.rans;
    exports dev.tessera.codecs.tensor;
}
