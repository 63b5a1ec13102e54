/**
 * Networks of integers alone, for the priors of entropy coders: encoder and decoder must get the same probabilities on every
 * machine, so there is no float or double in this package (a test reads the byte code). What makes such a network of one in floats is in
 * {@link dev.tessera.vqmodels.integer.fit}.
 *
 * <p>Weights have 8 bits, activations up to 16, sums 32, which a layer proves when it is made; between layers sums are brought to the next
 * unit by a dyadic number, an integer product and a rounding shift (Yao et al. 2021, "HAWQ-V3: Dyadic Neural Network Quantization").
 * Softmax, GELU and layer norm are made of shifts, integer quotients and Newton's square root (Li and Gu 2023, "I-ViT: Integer-only
 * Quantization for Efficient Vision Transformer Inference").
 *
 * <p>A prior of a grid of latents, at each position y, x in turn:
 *
 * <pre>
 * window.gather(latents, height, width, y, x, context, 0); // what is coded already
 * run.evaluate(context, out); // a mean in 1/64 and a scale for each channel
 * encoder.encodeBit(q == 0 ? 1 : 0, DiscreteLogistic.zero(out[c], out[channels + c])); // and so on
 * </pre>
 */
package dev.tessera.vqmodels.integer;
