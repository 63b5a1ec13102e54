package dev.tessera.codebook;

import dev.tessera.codebook.internal.Checks;

/**
 * A palette of sRGB colours as a codebook. The nearest colour is searched in {@link OkLab}, so that it is the one that looks
 * most alike; vectors in and out are red, green, blue in {@code [0, 255]}. The lowest index wins ties.
 *
 * <p>O(count x colours) and one conversion per vector.
 */
public final class PaletteQuantizer implements Quantizer {
    private final byte[] srgb; // [colours x 3]
    private final Codebook srgbCodes; // [colours x 3], 0 to 255
    private final VectorQuantizer search; // in OKLab

    /**
     * A palette from its bytes, which are all there is to it.
     *
     * @param srgb {@code [colours x 3]}: red, green, blue of each colour as unsigned bytes; at least one colour
     */
    public PaletteQuantizer(byte[] srgb) {
        if (srgb.length == 0 || srgb.length % 3 != 0) {
            throw new IllegalArgumentException(
                    "srgb has " + srgb.length + " bytes, must have 3 per colour and at least 1 colour");
        }
        this.srgb = srgb.clone();
        int colours = srgb.length / 3;
        float[] values = new float[srgb.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = Byte.toUnsignedInt(srgb[i]);
        }
        this.srgbCodes = Codebook.of(colours, 3, values);
        Latents lab = OkLab.fromSrgb(Latents.of(colours, 3, values));
        this.search = new VectorQuantizer(Codebook.of(colours, 3, lab.data()));
    }

    /** Number of colours. */
    public int colours() {
        return srgb.length / 3;
    }

    /** A copy of the palette, {@code [colours x 3]}: red, green, blue as unsigned bytes. */
    public byte[] srgb() {
        return srgb.clone();
    }

    /** The palette in {@link OkLab}, {@code [colours x 3]}. */
    public Codebook okLab() {
        return search.codebook();
    }

    @Override
    public int dim() {
        return 3;
    }

    @Override
    public int[] codebookSizes() {
        return new int[] {colours()};
    }

    /** @throws IllegalArgumentException when dim is not 3 or a value is not in {@code [0, 255]} */
    @Override
    public int[] quantize(Latents latents, int threads) {
        Checks.checkDim(latents.dim(), dim());
        return search.quantize(OkLab.fromSrgb(latents), threads);
    }

    @Override
    public Latents dequantize(int[] indices, int... shape) {
        float[] out = new float[Math.multiplyExact(indices.length, 3)];
        for (int i = 0; i < indices.length; i++) {
            srgbCodes.addTo(indices[i], out, i * 3);
        }
        return Latents.of(shape, 3, out);
    }
}
