/** Quality metrics of pictures and sound. */
module dev.tessera.eval {
    requires JTransforms;

    exports dev.tessera.eval;
}
