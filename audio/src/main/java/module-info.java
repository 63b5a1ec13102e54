/** Sound files, audio tokenizers and the audio codec. */
module dev.tessera.audio {
    requires transitive dev.tessera.codecs;
    requires transitive dev.tessera.vqmodels;
    requires java.desktop;
    requires jflac.codec;
    requires jlayer;
    requires jorbis;

    exports dev.tessera.audio;

    provides dev.tessera.vqmodels.ModelProvider with
            dev.tessera.audio.AudioModels;
}
