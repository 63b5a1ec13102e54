/** Training of neural tokenizers on libtorch. Nothing depends on this module; the command finds it as a service. */
module dev.tessera.training {
    requires transitive dev.tessera.vqmodels;
    requires org.bytedeco.javacpp;
    requires org.bytedeco.pytorch;

    exports dev.tessera.training;

    provides dev.tessera.vqmodels.training.NeuralTrainer with
            dev.tessera.training.LibtorchTrainer;
}
