/** Quality metrics of pictures and sound, and learners that stand on GPL libraries. */
module dev.tessera.eval {
    requires transitive dev.tessera.codebook;
    requires JTransforms;
    requires org.slf4j; // Smile is an automatic module and cannot ask for it
    requires smile.base;
    requires smile.core;

    exports dev.tessera.eval;
    exports dev.tessera.eval.learn;
}
