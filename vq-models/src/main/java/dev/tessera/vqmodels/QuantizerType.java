package dev.tessera.vqmodels;

import dev.tessera.codebook.AdditiveQuantizer;
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
import java.util.Locale;

/** The classes of quantizers, as files name them. */
enum QuantizerType {
    VECTOR_QUANTIZER,
    RESIDUAL_QUANTIZER,
    PRODUCT_QUANTIZER,
    SPHERICAL_QUANTIZER,
    ECVQ_QUANTIZER,
    PALETTE_QUANTIZER,
    GROUPED_QUANTIZER,
    ADDITIVE_QUANTIZER,
    PROJECTED_QUANTIZER,
    ROTATED_QUANTIZER,
    FINITE_SCALAR_QUANTIZER,
    RESIDUAL_FSQ,
    SCALAR_QUANTIZER,
    LOOKUP_FREE_QUANTIZER,
    BINARY_SPHERICAL_QUANTIZER,
    LATENT_QUANTIZER,
    PYRAMID_VECTOR_QUANTIZER,
    RANDOM_PROJECTION_QUANTIZER,
    RABIT_QUANTIZER;

    String fileName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static QuantizerType ofFileName(String name) throws CorruptModelException {
        for (QuantizerType type : values()) {
            if (type.fileName().equals(name)) {
                return type;
            }
        }
        throw new CorruptModelException("'" + name + "' is no quantizer of this build");
    }

    static QuantizerType of(Quantizer quantizer) {
        return switch (quantizer) {
            case VectorQuantizer _ -> VECTOR_QUANTIZER;
            case ResidualQuantizer _ -> RESIDUAL_QUANTIZER;
            case ProductQuantizer _ -> PRODUCT_QUANTIZER;
            case SphericalQuantizer _ -> SPHERICAL_QUANTIZER;
            case EcvqQuantizer _ -> ECVQ_QUANTIZER;
            case PaletteQuantizer _ -> PALETTE_QUANTIZER;
            case GroupedQuantizer _ -> GROUPED_QUANTIZER;
            case AdditiveQuantizer _ -> ADDITIVE_QUANTIZER;
            case ProjectedQuantizer _ -> PROJECTED_QUANTIZER;
            case RotatedQuantizer _ -> ROTATED_QUANTIZER;
            case FiniteScalarQuantizer _ -> FINITE_SCALAR_QUANTIZER;
            case ResidualFsq _ -> RESIDUAL_FSQ;
            case ScalarQuantizer _ -> SCALAR_QUANTIZER;
            case LookupFreeQuantizer _ -> LOOKUP_FREE_QUANTIZER;
            case BinarySphericalQuantizer _ -> BINARY_SPHERICAL_QUANTIZER;
            case LatentQuantizer _ -> LATENT_QUANTIZER;
            case PyramidVectorQuantizer _ -> PYRAMID_VECTOR_QUANTIZER;
            case RandomProjectionQuantizer _ -> RANDOM_PROJECTION_QUANTIZER;
            case RaBitQuantizer _ -> RABIT_QUANTIZER;
        };
    }
}
