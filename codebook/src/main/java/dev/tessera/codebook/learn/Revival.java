package dev.tessera.codebook.learn;

import dev.tessera.codebook.internal.SplitMix64;
import dev.tessera.codebook.internal.Workers;
import dev.tessera.codebook.internal.kernels.Distances;
import dev.tessera.codebook.internal.kernels.NearestKernel;
import java.util.stream.IntStream;

/** Carries out a {@link RevivalPolicy} after each update of {@link RunningCodes}. */
final class Revival {
    private static final int CODES = 256;
    private static final double NO_MOVE = 0x1p-24;

    private final RevivalPolicy policy;
    private final RunningCodes codes;
    private final SplitMix64 random;
    private final double[] usage; // [k], moving average of each share of a batch, for the soft pull
    private int updates; // since the last check
    private long vectors; // since the last check

    Revival(RevivalPolicy policy, RunningCodes codes, SplitMix64 random) {
        this.policy = policy;
        this.codes = codes;
        this.random = random;
        this.usage = policy instanceof RevivalPolicy.SoftPull ? new double[codes.codebookSize()] : new double[0];
    }

    /**
     * Revives what the policy calls dead; returns how many code vectors were placed anew (soft pull: by more than
     * half).
     */
    int apply(AssignedBatch batch, Workers workers) {
        updates++;
        vectors += batch.count();
        return switch (policy) {
            case RevivalPolicy.None _ -> 0;
            case RevivalPolicy.RandomVector p -> placeRandom(batch, below(p.threshold()), p.threshold());
            case RevivalPolicy.RelativeUsage p -> relativeUsage(batch, p);
            case RevivalPolicy.FarthestVector p -> placeFarthest(batch, below(p.threshold()), p.threshold());
            case RevivalPolicy.SplitWorst p -> splitWorst(batch, below(p.threshold()));
            case RevivalPolicy.DistanceWeighted p -> distanceWeighted(batch, p.ratio());
            case RevivalPolicy.SoftPull p -> softPull(batch, p, workers);
        };
    }

    private int[] below(double size) {
        return IntStream.range(0, codes.codebookSize())
                .filter(j -> codes.size(j) < size)
                .toArray();
    }

    private int relativeUsage(AssignedBatch batch, RevivalPolicy.RelativeUsage p) {
        if (updates < p.interval()) {
            return 0;
        }
        updates = 0;
        double mean = codes.totalSize() / codes.codebookSize();
        return placeRandom(batch, below(p.share() * mean), p.refill() * mean);
    }

    private int placeRandom(AssignedBatch batch, int[] dead, double size) {
        int placed = Math.min(dead.length, batch.count());
        if (placed == 0) {
            return 0;
        }
        int[] rows = IntStream.range(0, batch.count()).toArray();
        for (int r = 0; r < placed; r++) {
            int other = r + random.nextInt(rows.length - r);
            int row = rows[other];
            rows[other] = rows[r];
            codes.place(dead[r], batch.set().x(), row * codes.dim(), size);
        }
        return placed;
    }

    private int placeFarthest(AssignedBatch batch, int[] dead, double size) {
        if (dead.length == 0) {
            return 0;
        }
        int d = codes.dim();
        float[] x = batch.set().x();
        double[] nearest = batch.distances().clone();
        for (int r = 0; r < dead.length; r++) {
            int farthest = indexOfLargest(nearest);
            if (farthest < 0) {
                return r;
            }
            codes.place(dead[r], x, farthest * d, size);
            for (int i = 0; i < nearest.length; i++) {
                nearest[i] = Math.min(nearest[i], Distances.squared(x, i * d, x, farthest * d, d));
            }
        }
        return dead.length;
    }

    /** The first largest value above 0, -1 when there is none. */
    private static int indexOfLargest(double[] values) {
        int best = -1;
        double most = 0;
        for (int i = 0; i < values.length; i++) {
            if (values[i] > most) {
                most = values[i];
                best = i;
            }
        }
        return best;
    }

    private int splitWorst(AssignedBatch batch, int[] dead) {
        if (dead.length == 0) {
            return 0;
        }
        Clusters clusters = batch.clusters();
        double[] distortion = new double[codes.codebookSize()];
        for (int j = 0; j < distortion.length; j++) {
            for (int m = clusters.begin(j); m < clusters.end(j); m++) {
                distortion[j] += batch.distances()[clusters.member(m)];
            }
        }
        for (int j : dead) {
            distortion[j] = 0; // what is dead is not cut
        }
        int revived = 0;
        while (revived < dead.length) {
            int worst = indexOfLargest(distortion);
            if (worst < 0) {
                break;
            }
            distortion[worst] = 0;
            revived += cut(batch, worst, dead[revived]) ? 1 : 0;
        }
        return revived;
    }

    /** Shares cluster {@code worst} with code vector {@code dead}; false when its members do not differ. */
    private boolean cut(AssignedBatch batch, int worst, int dead) {
        int d = codes.dim();
        float[] x = batch.set().x();
        Clusters clusters = batch.clusters();
        int members = batch.members(worst);
        double[] mean = new double[d];
        int farthest = clusters.member(clusters.begin(worst));
        for (int m = clusters.begin(worst); m < clusters.end(worst); m++) {
            int i = clusters.member(m);
            farthest = batch.distances()[i] > batch.distances()[farthest] ? i : farthest;
            for (int t = 0; t < d; t++) {
                mean[t] += x[i * d + t] / (double) members;
            }
        }
        double[] direction = new double[d];
        for (int t = 0; t < d; t++) {
            direction[t] = x[farthest * d + t] - mean[t];
        }
        double[] far = new double[d]; // sum of x - mean over the far part; the near part has its negative
        int farMembers = 0;
        for (int m = clusters.begin(worst); m < clusters.end(worst); m++) {
            int row = clusters.member(m) * d;
            double side = 0;
            for (int t = 0; t < d; t++) {
                side += direction[t] * (x[row + t] - mean[t]);
            }
            if (side > 0) {
                farMembers++;
                for (int t = 0; t < d; t++) {
                    far[t] += x[row + t] - mean[t];
                }
            }
        }
        if (farMembers == 0 || farMembers == members) {
            return false;
        }
        float[] farCode = new float[d];
        float[] nearCode = new float[d];
        for (int t = 0; t < d; t++) {
            float old = codes.codes()[worst * d + t];
            farCode[t] = (float) (old + far[t] / farMembers);
            nearCode[t] = (float) (old - far[t] / (members - farMembers));
        }
        double size = codes.size(worst);
        codes.place(dead, farCode, 0, size * farMembers / members);
        codes.place(worst, nearCode, 0, size * (members - farMembers) / members);
        return true;
    }

    private int distanceWeighted(AssignedBatch batch, double ratio) {
        int k = codes.codebookSize();
        double largest = IntStream.range(0, k).mapToDouble(codes::size).max().orElseThrow();
        double smallest = IntStream.range(0, k).mapToDouble(codes::size).min().orElseThrow();
        if (smallest > 0 && vectors < 10L * k) {
            return 0;
        }
        vectors = 0;
        int[] dead = IntStream.of(below(ratio * largest))
                .boxed()
                .sorted((a, b) -> Double.compare(codes.size(a), codes.size(b))) // stable: the lowest index first
                .limit(batch.count() / 2)
                .mapToInt(Integer::intValue)
                .toArray();
        boolean[] isDead = new boolean[k];
        for (int j : dead) {
            isDead[j] = true;
        }
        double size = IntStream.range(0, k)
                .filter(j -> !isDead[j])
                .mapToDouble(codes::size)
                .min()
                .orElseThrow(); // the largest is never below a part of itself
        double[] weights = batch.distances().clone();
        for (int r = 0; r < dead.length; r++) {
            int row = draw(weights);
            if (row < 0) {
                return r;
            }
            weights[row] = 0;
            codes.place(dead[r], batch.set().x(), row * codes.dim(), size);
        }
        return dead.length;
    }

    /** An index drawn in proportion to its weight, -1 when all weights are 0. */
    private int draw(double[] weights) {
        double target = random.nextDouble() * ClusterMeans.sum(weights);
        int last = -1;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] > 0) {
                last = i;
                if (target < weights[i]) {
                    return i;
                }
                target -= weights[i];
            }
        }
        return last; // rounding carried the target past the end
    }

    private int softPull(AssignedBatch batch, RevivalPolicy.SoftPull p, Workers workers) {
        int k = codes.codebookSize();
        int d = codes.dim();
        for (int j = 0; j < k; j++) {
            usage[j] = p.decay() * usage[j] + (1 - p.decay()) * batch.members(j) / batch.count();
        }
        int[] pulled = IntStream.range(0, k)
                .filter(j -> p.alpha(usage[j], k) > NO_MOVE)
                .toArray();
        if (pulled.length == 0) {
            return 0;
        }
        float[] x = batch.set().x();
        int[] nearest = nearestRows(batch, pulled, workers);
        double mean = codes.totalSize() / k;
        int revived = 0;
        float[] moved = new float[d];
        for (int r = 0; r < pulled.length; r++) {
            int j = pulled[r];
            double alpha = p.alpha(usage[j], k);
            for (int t = 0; t < d; t++) {
                moved[t] = (float) ((1 - alpha) * codes.codes()[j * d + t] + alpha * x[nearest[r] * d + t]);
            }
            codes.place(j, moved, 0, (1 - alpha) * codes.size(j) + alpha * mean);
            revived += alpha > 0.5 ? 1 : 0;
        }
        return revived;
    }

    /** The row of the batch nearest to each of the given code vectors: a search with the batch as codebook. */
    private int[] nearestRows(AssignedBatch batch, int[] which, Workers workers) {
        int d = codes.dim();
        float[] queries = new float[which.length * d];
        for (int r = 0; r < which.length; r++) {
            System.arraycopy(codes.codes(), which[r] * d, queries, r * d, d);
        }
        NearestKernel kernel = NearestKernel.of(batch.set().x(), batch.count(), d);
        int[] rows = new int[which.length];
        workers.runRows(which.length, CODES, (from, to) -> kernel.assign(queries, from * d, to - from, rows, from));
        return rows;
    }
}
