package dev.tessera.codecs.mixing;

import dev.tessera.codebook.Codebook;
import java.util.ArrayList;
import java.util.List;

/**
 * The code vectors of one stage as 16-bit integers, {@code [codebookSize x codeDim]}: what a {@link TokenStreamModel}
 * knows of the geometry of a codebook. Immutable.
 *
 * <p>Encoder and decoder must hold equal numbers. {@link #of} rounds a float codebook once, by one multiplication and
 * one
 * rounding for each value, which is the same on every machine; from there on all is integer arithmetic.
 */
public final class CodeVectors {
    /** Largest codeDim. */
    public static final int MAX_DIM = 4096;

    private final int codebookSize;
    private final int codeDim;
    private final short[] values;

    private CodeVectors(int codebookSize, int codeDim, short[] values) {
        this.codebookSize = codebookSize;
        this.codeDim = codeDim;
        this.values = values;
    }

    /**
     * Copies ready-made integers.
     *
     * @param values {@code [codebookSize x codeDim]}, row-major, one scale for all stages of a spec
     */
    public static CodeVectors of(int codebookSize, int codeDim, short[] values) {
        if (codebookSize < 1 || codebookSize > TokenStreamSpec.MAX_CODEBOOK_SIZE) {
            throw new IllegalArgumentException(
                    "codebookSize is " + codebookSize + ", must be in [1, " + TokenStreamSpec.MAX_CODEBOOK_SIZE + "]");
        }
        if (codeDim < 1 || codeDim > MAX_DIM) {
            throw new IllegalArgumentException("codeDim is " + codeDim + ", must be in [1, " + MAX_DIM + "]");
        }
        if (values.length != codebookSize * codeDim) {
            throw new IllegalArgumentException("values has " + values.length
                    + " elements, must have codebookSize x codeDim = " + codebookSize + " x " + codeDim);
        }
        return new CodeVectors(codebookSize, codeDim, values.clone());
    }

    /** Rounds the codebooks of all stages by one scale, so that the largest magnitude becomes 32767. */
    public static List<CodeVectors> of(List<Codebook> codebooks) {
        float largest = 0;
        for (Codebook codebook : codebooks) {
            for (float v : codebook.toArray()) {
                largest = Math.max(largest, Math.abs(v));
            }
        }
        double scale = largest == 0 ? 0 : 32767.0 / largest;
        List<CodeVectors> out = new ArrayList<>();
        for (Codebook codebook : codebooks) {
            float[] from = codebook.toArray();
            short[] values = new short[from.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (short) Math.round(from[i] * scale);
            }
            out.add(of(codebook.codebookSize(), codebook.codeDim(), values));
        }
        return List.copyOf(out);
    }

    public int codebookSize() {
        return codebookSize;
    }

    public int codeDim() {
        return codeDim;
    }

    /** The value of code vector {@code index} in dimension {@code d}. */
    int get(int index, int d) {
        return values[index * codeDim + d];
    }
}
