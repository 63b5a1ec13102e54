/** The {@code tessera} command: a thin shell over the other modules, no algorithm in it. */
module dev.tessera.cli {
    requires dev.tessera.audio;
    requires dev.tessera.codebook;
    requires dev.tessera.codecs;
    requires dev.tessera.eval;
    requires dev.tessera.features;
    requires dev.tessera.image;
    requires dev.tessera.vqmodels;
    requires com.fasterxml.jackson.jr.ob;
    requires info.picocli;
    requires me.tongfei.progressbar;

    exports dev.tessera.cli to
            dev.tessera.samples;

    opens dev.tessera.cli to
            info.picocli;
}
