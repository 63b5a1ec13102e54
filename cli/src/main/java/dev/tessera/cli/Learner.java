package dev.tessera.cli;

import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProjectedQuantizer;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.implicit.BinarySphericalQuantizer;
import dev.tessera.codebook.implicit.BitOrder;
import dev.tessera.codebook.implicit.FiniteScalarQuantizer;
import dev.tessera.codebook.implicit.LookupFreeQuantizer;
import dev.tessera.codebook.implicit.PyramidEnumeration;
import dev.tessera.codebook.implicit.ResidualFsq;
import dev.tessera.codebook.learn.EmaCodebook;
import dev.tessera.codebook.learn.EntropyConstrainedVq;
import dev.tessera.codebook.learn.GroupedResidualKMeans;
import dev.tessera.codebook.learn.HierarchicalKMeans;
import dev.tessera.codebook.learn.ImplicitFit;
import dev.tessera.codebook.learn.LatentQuantizerFit;
import dev.tessera.codebook.learn.LocalSearchQuantization;
import dev.tessera.codebook.learn.MiniBatchKMeans;
import dev.tessera.codebook.learn.OptimizedProduct;
import dev.tessera.codebook.learn.PaletteKMeans;
import dev.tessera.codebook.learn.ProductKMeans;
import dev.tessera.codebook.learn.PyramidGainFit;
import dev.tessera.codebook.learn.RaBitFit;
import dev.tessera.codebook.learn.RandomProjectionFit;
import dev.tessera.codebook.learn.ResidualKMeans;
import dev.tessera.codebook.learn.ScalarBits;
import dev.tessera.codebook.learn.SimVq;
import dev.tessera.codebook.learn.SphericalKMeans;
import dev.tessera.codebook.learn.VqganLc;
import dev.tessera.eval.learn.CodebookLearner;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;

/**
 * What {@code fit --quantizer} can learn. Public for the comparison of quantizers in {@code samples}, which fits them as the
 * command does.
 */
public enum Learner {
    KMEANS("kmeans") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return new VectorQuantizer(
                    s.codes() > LARGE
                            ? HierarchicalKMeans.builder()
                                    .codebookSize(s.codes())
                                    .iterations(s.iterations())
                                    .start(s.start())
                                    .seed(s.seed())
                                    .threads(s.threads())
                                    .build()
                                    .fit(data)
                            : s.kMeans().fit(data));
        }
    },
    MINIBATCH("minibatch") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return new VectorQuantizer(MiniBatchKMeans.builder()
                    .codebookSize(s.codes())
                    .epochs(s.iterations())
                    .seed(s.seed())
                    .threads(s.threads())
                    .build()
                    .fit(data));
        }
    },
    SPHERICAL("spherical") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return SphericalKMeans.builder()
                    .codebookSize(s.codes())
                    .iterations(s.iterations())
                    .seed(s.seed())
                    .threads(s.threads())
                    .build()
                    .fit(data);
        }
    },
    ECVQ("ecvq") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return EntropyConstrainedVq.builder()
                    .codebookSize(s.codes())
                    .lambda(s.lambda())
                    .iterations(s.iterations())
                    .seed(s.seed())
                    .threads(s.threads())
                    .build()
                    .fit(data);
        }
    },
    EMA("ema") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return new VectorQuantizer(EmaCodebook.builder()
                    .codebookSize(s.codes())
                    .epochs(s.iterations())
                    .seed(s.seed())
                    .threads(s.threads())
                    .build()
                    .fit(data));
        }
    },
    SIMVQ("simvq") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return new VectorQuantizer(Standardized.fit(
                    data,
                    standard -> SimVq.builder()
                            .codebookSize(s.codes())
                            .epochs(s.iterations())
                            .seed(s.seed())
                            .threads(s.threads())
                            .build()
                            .fit(standard)));
        }
    },
    VQGANLC("vqganlc") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return new VectorQuantizer(Standardized.fit(
                    data,
                    standard -> VqganLc.builder()
                            .codebookSize(s.codes())
                            .epochs(s.iterations())
                            .seed(s.seed())
                            .threads(s.threads())
                            .build()
                            .fit(standard, standard)));
        }
    },
    SOM("som") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return inOtherModule(data, s);
        }
    },
    NEURALGAS("neuralgas") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return inOtherModule(data, s);
        }
    },
    RVQ("rvq") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return ResidualKMeans.builder()
                    .stages(s.stages())
                    .codebookSize(s.codes())
                    .iterations(s.iterations())
                    .seed(s.seed())
                    .threads(s.threads())
                    .start(s.start())
                    .build()
                    .fit(data);
        }
    },
    GROUPED("grouped") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return GroupedResidualKMeans.builder()
                    .groups(s.subspaces(data.dim()))
                    .stages(s.stages())
                    .codebookSize(s.codes())
                    .iterations(s.iterations())
                    .seed(s.seed())
                    .threads(s.threads())
                    .build()
                    .fit(data);
        }
    },
    PQ("pq") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return ProductKMeans.builder()
                    .subspaces(s.subspaces(data.dim()))
                    .codebookSize(s.codes())
                    .iterations(s.iterations())
                    .seed(s.seed())
                    .threads(s.threads())
                    .start(s.start())
                    .build()
                    .fit(data);
        }
    },
    OPQ("opq") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return OptimizedProduct.builder()
                    .subspaces(s.subspaces(data.dim()))
                    .codebookSize(s.codes())
                    .iterations(s.iterations())
                    .seed(s.seed())
                    .threads(s.threads())
                    .build()
                    .fit(data);
        }
    },
    ADDITIVE("additive") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return LocalSearchQuantization.builder()
                    .codebooks(s.stages())
                    .codebookSize(s.codes())
                    .iterations(s.iterations())
                    .seed(s.seed())
                    .threads(s.threads())
                    .build()
                    .fit(data);
        }
    },
    FSQ("fsq") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return ImplicitFit.fit(
                    data,
                    new FiniteScalarQuantizer(s.levels(data.dim()), FiniteScalarQuantizer.Bound.TORCH_PORT),
                    s.threads());
        }
    },
    RFSQ("rfsq") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return ImplicitFit.fit(data, new ResidualFsq(s.levels(data.dim()), s.stages(), false), s.threads());
        }
    },
    LFQ("lfq") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return ImplicitFit.fit(
                    data,
                    new LookupFreeQuantizer(s.bits(data.dim()), 1, BitOrder.LEAST_SIGNIFICANT_FIRST),
                    s.threads());
        }
    },
    BSQ("bsq") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return ImplicitFit.fit(
                    data,
                    new BinarySphericalQuantizer(s.bits(data.dim()), BitOrder.LEAST_SIGNIFICANT_FIRST),
                    s.threads());
        }
    },
    QLAE("qlae") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            int[] levels = s.levels(data.dim());
            return inPrincipalComponents(
                    data,
                    levels.length,
                    s.threads(),
                    projected -> LatentQuantizerFit.builder()
                            .levels(levels)
                            .threads(s.threads())
                            .build()
                            .fit(projected));
        }
    },
    PVQ("pvq") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            int dim = Math.min(data.dim(), PYRAMID_DIM);
            int pulses = 1;
            BigInteger most = BigInteger.valueOf(s.codes());
            while (new PyramidEnumeration(dim, pulses + 1).size().compareTo(most) <= 0) {
                pulses++;
            }
            if (new PyramidEnumeration(dim, pulses).size().compareTo(most) > 0) {
                throw new UsageException("--codes is " + s.codes() + ", a pyramid of " + dim
                        + " dimensions has at least " + new PyramidEnumeration(dim, 1).size());
            }
            int chosen = pulses;
            return inPrincipalComponents(
                    data,
                    dim,
                    s.threads(),
                    projected -> PyramidGainFit.builder()
                            .pulses(chosen)
                            .threads(s.threads())
                            .build()
                            .fit(projected));
        }
    },
    RANDOM_PROJECTION("random-projection") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return RandomProjectionFit.builder()
                    .codebookSize(s.codes())
                    .seed(s.seed())
                    .threads(s.threads())
                    .build()
                    .fit(data);
        }
    },
    SCALAR("scalar") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            int bits = 31 - Integer.numberOfLeadingZeros(s.codes());
            if (bits < 1 || bits > 8) {
                throw new UsageException("--codes is " + s.codes() + " levels of each dimension, must be in [2, 256]");
            }
            int[] all = new int[data.dim()];
            Arrays.fill(all, bits);
            return ScalarBits.fit(data, all, s.threads());
        }
    },
    RABITQ("rabitq") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return RaBitFit.builder()
                    .gainLevels(s.codes())
                    .seed(s.seed())
                    .threads(s.threads())
                    .build()
                    .fit(data);
        }
    },
    PALETTE("palette") {
        @Override
        public Quantizer fit(Latents data, LearnerSettings s) {
            return PaletteKMeans.builder()
                    .colours(s.codes())
                    .iterations(s.iterations())
                    .seed(s.seed())
                    .threads(s.threads())
                    .build()
                    .fit(data);
        }
    };

    /** Beyond this many code vectors k-means starts in two levels and looks at each vector's own cluster only. */
    private static final int LARGE = 16_384;

    private static final int PYRAMID_DIM = 8;

    private static final Set<Learner> DATA_FREE =
            EnumSet.of(FSQ, RFSQ, LFQ, BSQ, QLAE, PVQ, RANDOM_PROJECTION, SCALAR, RABITQ);

    private final String commandName;

    Learner(String commandName) {
        this.commandName = commandName;
    }

    /** The name after {@code --quantizer}. */
    public String commandName() {
        return commandName;
    }

    /** Learns from vectors; settings that do not fit them are told by an unchecked exception. */
    public abstract Quantizer fit(Latents data, LearnerSettings settings);

    /** Learners of a GPL library, which not every build has. */
    Quantizer inOtherModule(Latents data, LearnerSettings s) {
        CodebookLearner learner = CodebookLearner.named(commandName)
                .orElseThrow(() -> new UsageException("--quantizer " + commandName
                        + " needs the library Smile, which this build leaves out (no-gpl)"));
        return new VectorQuantizer(learner.fit(data, s.codes(), s.iterations(), s.seed()));
    }

    /** Whether every code vector is learned from vectors of its own, so that there must be as many vectors. */
    boolean needsVectorsForCodes() {
        return !DATA_FREE.contains(this);
    }

    /** Whether {@code --start} has a say. */
    boolean hasStart() {
        return this == RVQ || this == PQ || this == KMEANS;
    }

    private static Quantizer inPrincipalComponents(
            Latents data, int components, int threads, Function<Latents, Quantizer> learner) {
        Klt klt = Klt.fit(data, components, threads);
        Latents projected = klt.transform(data);
        Quantizer inner = learner.apply(projected);
        float[] basis = klt.basis();
        int dim = data.dim();
        float[] back = new float[basis.length];
        float[] bias = new float[components];
        for (int c = 0; c < components; c++) {
            double sum = 0;
            for (int k = 0; k < dim; k++) {
                back[k * components + c] = basis[c * dim + k];
                sum -= (double) basis[c * dim + k] * klt.mean()[k];
            }
            bias[c] = (float) sum;
        }
        return new ProjectedQuantizer(dim, basis, bias, inner, back, klt.mean());
    }

    /** Reads a learner's name, and lists them all. */
    static final class Names implements ITypeConverter<Learner>, Iterable<String> {
        @Override
        public Learner convert(String name) {
            for (Learner learner : values()) {
                if (learner.commandName.equals(name.toLowerCase(Locale.ROOT))) {
                    return learner;
                }
            }
            throw new picocli.CommandLine.TypeConversionException(
                    "'" + name + "' is no quantizer, must be one of " + String.join(", ", this));
        }

        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(values()).map(Learner::commandName).iterator();
        }
    }
}
