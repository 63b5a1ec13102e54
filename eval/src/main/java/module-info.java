/** Quality metrics of pictures and sound, and the way to learners of other licences. */
module dev.tessera.eval {
    requires transitive dev.tessera.codebook;
    requires JTransforms;

    exports dev.tessera.eval;
    exports dev.tessera.eval.learn;
    exports dev.tessera.eval.rd;

    uses dev.tessera.eval.learn.CodebookLearner;
}
