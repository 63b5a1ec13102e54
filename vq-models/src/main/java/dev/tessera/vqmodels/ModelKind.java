package dev.tessera.vqmodels;

/** What stands around the quantizer of a model: fixed or linear transforms, or networks. */
public enum ModelKind {
    CLASSICAL,
    NEURAL
}
