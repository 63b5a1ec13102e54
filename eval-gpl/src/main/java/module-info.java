/** What stands on GPL libraries. Nothing is compiled against this module; it is found at run time, or is not there. */
module dev.tessera.evalgpl {
    requires transitive dev.tessera.codebook;
    requires dev.tessera.eval;
    requires org.slf4j; // Smile is an automatic module and cannot ask for it
    requires smile.base;
    requires smile.core;

    exports dev.tessera.evalgpl;

    provides dev.tessera.eval.learn.CodebookLearner with
            dev.tessera.evalgpl.SelfOrganizingMapLearner,
            dev.tessera.evalgpl.NeuralGasLearner;
}
