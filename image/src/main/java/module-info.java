/** Picture files, image tokenizers and the image codec. */
module dev.tessera.image {
    requires transitive dev.tessera.codecs;
    requires transitive dev.tessera.vqmodels;
    requires java.desktop;
    requires com.twelvemonkeys.imageio.tiff;
    requires com.twelvemonkeys.imageio.webp;

    exports dev.tessera.image;
    exports dev.tessera.image.learned;
    exports dev.tessera.image.transform;

    provides dev.tessera.vqmodels.ModelProvider with
            dev.tessera.image.ImageModels;
}
