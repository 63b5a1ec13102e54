package dev.tessera.vqmodels;

import dev.tessera.codebook.AdditiveQuantizer;
import dev.tessera.codebook.AdditiveSearch;
import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.EcvqQuantizer;
import dev.tessera.codebook.GroupedQuantizer;
import dev.tessera.codebook.PaletteQuantizer;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.ProjectedQuantizer;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.RotatedQuantizer;
import dev.tessera.codebook.SphericalQuantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.implicit.BinarySphericalQuantizer;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import dev.tessera.codebook.implicit.LatentQuantizer;
import dev.tessera.codebook.implicit.LookupFreeQuantizer;
import dev.tessera.codebook.implicit.PyramidVectorQuantizer;
import dev.tessera.codebook.implicit.RaBitQuantizer;
import dev.tessera.codebook.implicit.RandomProjectionQuantizer;
import dev.tessera.codebook.implicit.ResidualFsq;
import dev.tessera.codebook.implicit.ScalarQuantizer;
import java.util.List;
import java.util.Map;

/**
 * Writes the parts of any quantizer as tensors and numbers under a prefix; {@link QuantizerReader} is its inverse. Nothing is
 * written that the reader does not need.
 */
final class QuantizerWriter {
    private final ModelFile.Builder tensors;
    private final Map<String, Object> config;

    QuantizerWriter(ModelFile.Builder tensors, Map<String, Object> config) {
        this.tensors = tensors;
        this.config = config;
    }

    void write(String prefix, Quantizer quantizer) {
        switch (quantizer) {
            case VectorQuantizer q -> codebook(prefix, q.codebook());
            case ResidualQuantizer q -> codebooks(prefix, q.codebooks());
            case ProductQuantizer q -> codebooks(prefix, q.codebooks());
            case SphericalQuantizer q -> {
                codebook(prefix, q.outputCodebook());
                tensor(prefix + ".search", q.searchCodebook());
            }
            case EcvqQuantizer q -> {
                codebook(prefix, q.codebook());
                floats(prefix + ".rates", q.rates());
                config.put(prefix + ".lambda", q.lambda());
            }
            case PaletteQuantizer q ->
                tensors.tensor(prefix + ".srgb", Tensor.ofUnsignedBytes(q.srgb(), q.colours(), 3));
            case GroupedQuantizer q -> {
                config.put(prefix + ".groups", q.groups().size());
                for (int g = 0; g < q.groups().size(); g++) {
                    nested(prefix + ".group" + g, q.groups().get(g));
                }
            }
            case AdditiveQuantizer q -> {
                codebooks(prefix, q.codebooks());
                AdditiveSearch search = q.search();
                config.put(prefix + ".beam_width", search.beamWidth());
                config.put(prefix + ".rounds", search.rounds());
                config.put(prefix + ".perturbed", search.perturbed());
                config.put(prefix + ".sweeps", search.sweeps());
                config.put(prefix + ".seed", search.seed());
            }
            case ProjectedQuantizer q -> {
                matrix(prefix + ".in.weight", q.inputMatrix(), q.inner().dim());
                floats(prefix + ".in.bias", q.inputBias());
                nested(prefix + ".inner", q.inner());
                matrix(prefix + ".out.weight", q.outputMatrix(), q.dim());
                floats(prefix + ".out.bias", q.outputBias());
            }
            case RotatedQuantizer q -> {
                matrix(prefix + ".rotation", q.rotation(), q.dim());
                floats(prefix + ".mean", q.mean());
                nested(prefix + ".inner", q.inner());
            }
            case FiniteScalarQuantizer q -> {
                config.put(prefix + ".levels", q.levels());
                config.put(prefix + ".bound", q.bound().name());
            }
            case ResidualFsq q -> {
                config.put(prefix + ".levels", q.levels());
                config.put(prefix + ".stages", q.stages());
                config.put(prefix + ".soft_clamp", q.softClamp());
            }
            case ScalarQuantizer q -> {
                config.put(prefix + ".bits", q.bits());
                floats(prefix + ".low", q.low());
                floats(prefix + ".step", q.step());
            }
            case LookupFreeQuantizer q -> {
                config.put(prefix + ".dim", q.dim());
                config.put(prefix + ".bit_order", q.order().name());
                floats(prefix + ".scale", new float[] {q.scale()});
            }
            case BinarySphericalQuantizer q -> {
                config.put(prefix + ".dim", q.dim());
                config.put(prefix + ".bit_order", q.order().name());
            }
            case LatentQuantizer q -> {
                float[][] values = q.values();
                config.put(prefix + ".dim", values.length);
                for (int d = 0; d < values.length; d++) {
                    floats(prefix + ".values" + d, values[d]);
                }
            }
            case PyramidVectorQuantizer q -> {
                config.put(prefix + ".dim", q.dim());
                config.put(prefix + ".pulses", q.pulses());
                floats(prefix + ".gains", q.gains());
            }
            case RandomProjectionQuantizer q -> {
                config.put(prefix + ".seed", q.projection().seed());
                config.put(prefix + ".projected_dim", q.projection().projectedDim());
                floats(prefix + ".mean", q.projection().mean());
                floats(prefix + ".scale", q.projection().scale());
                codebook(prefix, q.table());
            }
            case RaBitQuantizer q -> {
                config.put(prefix + ".seed", q.seed());
                floats(prefix + ".centre", q.centre());
                floats(prefix + ".gains", q.gains());
            }
        }
    }

    private void nested(String prefix, Quantizer quantizer) {
        config.put(prefix + ".type", QuantizerType.of(quantizer).fileName());
        write(prefix, quantizer);
    }

    private void codebook(String prefix, Codebook codebook) {
        tensor(CodebookFile.tensorName(prefix, 0), codebook);
    }

    private void codebooks(String prefix, List<Codebook> codebooks) {
        config.put(prefix + ".codebooks", codebooks.size());
        for (int s = 0; s < codebooks.size(); s++) {
            tensor(CodebookFile.tensorName(prefix, s), codebooks.get(s));
        }
    }

    private void tensor(String name, Codebook codebook) {
        matrix(name, codebook.toArray(), codebook.codebookSize());
    }

    private void matrix(String name, float[] values, int rows) {
        tensors.tensor(name, Tensor.ofFloats(values, rows, values.length / rows));
    }

    private void floats(String name, float[] values) {
        tensors.tensor(name, Tensor.ofFloats(values, values.length));
    }
}
