package dev.tessera.image.transform;

/**
 * What a frame of a sequence may take from the frame before.
 *
 * @param reference its samples, faded as the frame says
 * @param field of this frame, filled as it is coded
 * @param before field of the frame before, null when that has none
 * @param model of copies and vectors
 * @param coefficients model of the levels of moved blocks
 */
record Inter(
        ReferenceFrame reference,
        MotionField field,
        MotionField before,
        MotionModel model,
        CoefficientModel coefficients) {}
