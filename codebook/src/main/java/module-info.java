/** Codebooks, quantizers, their learners and usage statistics. Everything else in Tessera stands on this module. */
module dev.tessera.codebook {
    requires commons.math3;
    requires jdk.incubator.vector;

    exports dev.tessera.codebook;
    exports dev.tessera.codebook.implicit;
    exports dev.tessera.codebook.learn;
    exports dev.tessera.codebook.internal to
            dev.tessera.vqmodels,
            dev.tessera.image,
            dev.tessera.audio,
            dev.tessera.evalgpl;
    exports dev.tessera.codebook.internal.kernels to
            dev.tessera.codecs,
            dev.tessera.vqmodels,
            dev.tessera.image,
            dev.tessera.audio,
            dev.tessera.eval,
            dev.tessera.cli,
            dev.tessera.samples;
}
