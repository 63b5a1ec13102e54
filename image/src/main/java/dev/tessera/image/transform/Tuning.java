package dev.tessera.image.transform;

/** What the encoder of the linear mode is to be good at; decoders do not see it. */
public enum Tuning {
    /** Structure as MS-SSIM measures it: errors count less where there is contrast around them, and in the coarsest and finest details. */
    MS_SSIM(.0234, .5, .08),
    /** Least squared error. */
    PSNR(.12, 0, 1);

    /** Squared steps that a bit is worth where errors of luma have the weight 1. */
    final double lambda;

    /** Exponent of the {@link VisualWeights} of luma, 0 for squared errors. */
    final double contrast;

    /** Weight of errors in chroma beside the highest weight of luma, 1 for squared errors in RGB. */
    final double chroma;

    Tuning(double lambda, double contrast, double chroma) {
        this.lambda = lambda;
        this.contrast = contrast;
        this.chroma = chroma;
    }
}
