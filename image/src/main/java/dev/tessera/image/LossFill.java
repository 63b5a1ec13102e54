package dev.tessera.image;

/** What takes the place of lost tokens. */
public enum LossFill {
    /** The mean latent of the tokens that are there. */
    MEAN,

    /** The latent of the nearest token that is there, by the distance of positions; the first in raster order of equally near ones. */
    NEAREST,

    /**
     * What is to be expected beside the neighbours that are there: by the predictor that 'train restoration' put into the model, or, where
     * there is none, their mean (a membrane).
     */
    PRIOR
}
