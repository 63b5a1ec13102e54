package dev.tessera.cli;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.Quantizer;
import dev.tessera.codebook.VectorQuantizer;
import dev.tessera.codebook.learn.KMeans;
import dev.tessera.codebook.learn.ResidualKMeans;
import java.util.ArrayList;
import java.util.List;

/** What {@code fit --quantizer} can learn. */
enum Learner {
    kmeans {
        @Override
        Quantizer fit(Latents data, Settings settings) {
            return new VectorQuantizer(settings.kMeans().fit(data));
        }
    },
    rvq {
        @Override
        Quantizer fit(Latents data, Settings settings) {
            return ResidualKMeans.builder()
                    .stages(settings.stages)
                    .codebookSize(settings.codes)
                    .iterations(settings.iterations)
                    .seed(settings.seed)
                    .threads(settings.threads)
                    .build()
                    .fit(data);
        }
    },
    pq {
        @Override
        Quantizer fit(Latents data, Settings settings) {
            if (settings.subspaces < 1 || data.dim() % settings.subspaces != 0) {
                throw new UsageException(
                        "--subspaces is " + settings.subspaces + ", must divide the dimension " + data.dim());
            }
            int dim = data.dim() / settings.subspaces;
            List<Codebook> codebooks = new ArrayList<>();
            for (int m = 0; m < settings.subspaces; m++) {
                float[] part = new float[data.count() * dim];
                for (int i = 0; i < data.count(); i++) {
                    System.arraycopy(data.data(), i * data.dim() + m * dim, part, i * dim, dim);
                }
                codebooks.add(settings.kMeans().fit(Latents.of(data.count(), dim, part)));
            }
            return new ProductQuantizer(codebooks);
        }
    };

    abstract Quantizer fit(Latents data, Settings settings);

    /** What the options say; each learner takes what it needs. */
    record Settings(int codes, int stages, int subspaces, int iterations, long seed, int threads) {
        KMeans kMeans() {
            return KMeans.builder()
                    .codebookSize(codes)
                    .iterations(iterations)
                    .seed(seed)
                    .threads(threads)
                    .build();
        }
    }
}
