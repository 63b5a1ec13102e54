/** Runnable examples and benchmarks; nothing depends on them. */
open module dev.tessera.samples {
    requires dev.tessera.audio;
    requires dev.tessera.cli;
    requires dev.tessera.codebook;
    requires dev.tessera.codecs;
    requires dev.tessera.eval;
    requires dev.tessera.features;
    requires dev.tessera.image;
    requires dev.tessera.vqmodels;
    requires java.management;
    requires jdk.management;
    requires jmh.core;
}
