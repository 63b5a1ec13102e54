import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.learn.KMeans;
import dev.tessera.codebook.learn.KMeansStart;
import dev.tessera.codebook.learn.ProductKMeans;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.quantization.PQVectors;
import io.github.jbellis.jvector.quantization.ProductQuantization;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;
import org.apache.commons.math3.ml.clustering.CentroidCluster;
import org.apache.commons.math3.ml.clustering.DoublePoint;
import org.apache.commons.math3.ml.clustering.KMeansPlusPlusClusterer;
import org.apache.commons.math3.random.JDKRandomGenerator;
import smile.clustering.Clustering;

/** This project against other JVM libraries, run as a source file by jvm-peers.sh: CPU seconds of the process, the second of two runs. */
public final class JvmPeers {
    private static final int COUNT = 20_000;
    private static final int DIM = 64;
    private static final int CODES = 1024;
    private static final int UPDATES = 20;

    public static void main(String[] args) {
        float[][] x = mixture(COUNT, DIM, CODES);
        Latents vectors = latents(x);
        double ours = time(
                "k-means 20k x 64, K = 1,024, 20 updates: Tessera",
                () -> KMeans.builder().codebookSize(CODES).iterations(UPDATES).threads(1).build().run(vectors).distortion());
        double oursRandom = time(
                "the same, random start",
                () -> KMeans.builder()
                        .codebookSize(CODES)
                        .iterations(UPDATES)
                        .start(KMeansStart.RANDOM)
                        .threads(1)
                        .build()
                        .run(vectors)
                        .distortion());
        double[][] doubles = new double[COUNT][];
        List<DoublePoint> points = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            doubles[i] = new double[DIM];
            for (int d = 0; d < DIM; d++) {
                doubles[i][d] = x[i][d];
            }
            points.add(new DoublePoint(doubles[i]));
        }
        ratio(ours, time("Commons Math 3.6.1, k-means++", () -> {
            List<CentroidCluster<DoublePoint>> clusters = new KMeansPlusPlusClusterer<DoublePoint>(
                            CODES,
                            UPDATES,
                            new org.apache.commons.math3.ml.distance.EuclideanDistance(),
                            new JDKRandomGenerator(1))
                    .cluster(points);
            double sum = 0;
            for (CentroidCluster<DoublePoint> cluster : clusters) {
                for (DoublePoint p : cluster.getPoints()) {
                    sum += squared(p.getPoint(), cluster.getCenter().getPoint());
                }
            }
            return sum / COUNT;
        }));
        ratio(ours, time("Smile 6.3.0, lloyd, k-means++", () -> {
            var found = smile.clustering.KMeans.lloyd(doubles, new Clustering.Options(CODES, UPDATES));
            double sum = 0;
            for (double[] p : doubles) {
                double least = Double.POSITIVE_INFINITY;
                for (double[] c : found.centers()) {
                    least = Math.min(least, squared(p, c));
                }
                sum += least;
            }
            return sum / COUNT;
        }));

        float[][] y = mixture(100_000, 128, 4096);
        Latents wide = latents(y);
        ProductKMeans learner =
                ProductKMeans.builder().subspaces(16).codebookSize(256).iterations(6).threads(1).build();
        ProductQuantizer[] fitted = new ProductQuantizer[1];
        double train = time("PQ 16 x 256, 100k x 128, 6 updates: Tessera, training", () -> {
            fitted[0] = learner.fit(wide);
            return error(wide, fitted[0]);
        });
        int[][] indices = new int[1][];
        double encode = time("the same, encoding", () -> {
            indices[0] = fitted[0].quantize(wide, 1);
            return indices[0].length;
        });
        var types = VectorizationProvider.getInstance().getVectorTypeSupport();
        List<VectorFloat<?>> list = new ArrayList<>();
        for (float[] row : y) {
            list.add(types.createFloatVector(row.clone()));
        }
        ListRandomAccessVectorValues values = new ListRandomAccessVectorValues(list, 128);
        ForkJoinPool one = new ForkJoinPool(1);
        ProductQuantization[] pq = new ProductQuantization[1];
        ratio(train, time("JVector 4.0.2, training (6 updates)", () -> {
            pq[0] = ProductQuantization.compute(values, 16, 256, false, -1, one, one);
            return Double.NaN;
        }));
        ratio(encode, time("JVector 4.0.2, encoding", () -> {
            PQVectors codes = pq[0].encodeAll(values, one);
            return codes.count();
        }));
        System.out.printf(Locale.ROOT, "(random start of Tessera: %.2f s)%n", oursRandom);
    }

    private static double error(Latents vectors, ProductQuantizer quantizer) {
        float[] back = quantizer.dequantize(quantizer.quantize(vectors, 1), vectors.count()).data();
        double sum = 0;
        for (int i = 0; i < back.length; i++) {
            double d = (double) back[i] - vectors.data()[i];
            sum += d * d;
        }
        return sum / vectors.count();
    }

    private static double squared(double[] a, double[] b) {
        double sum = 0;
        for (int d = 0; d < a.length; d++) {
            sum += (a[d] - b[d]) * (a[d] - b[d]);
        }
        return sum;
    }

    private static void ratio(double ours, double theirs) {
        System.out.printf(Locale.ROOT, "    %.1fx%n", theirs / ours);
    }

    /** CPU seconds of the second run. */
    private static double time(String name, Supplier<Number> work) {
        double seconds = 0;
        Number result = null;
        for (int run = 0; run < 2; run++) {
            long start = cpuNanos();
            result = work.get();
            seconds = (cpuNanos() - start) / 1e9;
        }
        System.out.printf(Locale.ROOT, "%-60s %8.2f s   result %.6g%n", name, seconds, result.doubleValue());
        return seconds;
    }

    private static long cpuNanos() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static Latents latents(float[][] rows) {
        float[] flat = new float[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, flat, i * rows[0].length, rows[0].length);
        }
        return Latents.of(rows.length, rows[0].length, flat);
    }

    private static float[][] mixture(int count, int dim, int centres) {
        SplittableRandom random = new SplittableRandom(1);
        float[][] c = new float[centres][dim];
        float[][] x = new float[count][dim];
        for (float[] row : c) {
            for (int d = 0; d < dim; d++) {
                row[d] = (float) (random.nextGaussian() / Math.sqrt(1 + d));
            }
        }
        for (float[] row : x) {
            float[] centre = c[random.nextInt(centres)];
            for (int d = 0; d < dim; d++) {
                row[d] = (float) (centre[d] + 0.35 * random.nextGaussian() / Math.sqrt(1 + d));
            }
        }
        return x;
    }
}
