/** Runnable examples and benchmarks; nothing depends on them. */
open module dev.tessera.samples {
    requires dev.tessera.codebook;
    requires dev.tessera.codecs;
    requires dev.tessera.image;
    requires java.management;
    requires jmh.core;
}
