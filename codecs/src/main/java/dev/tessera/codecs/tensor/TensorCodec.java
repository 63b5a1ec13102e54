package dev.tessera.codecs.tensor;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.ModelHash;
import dev.tessera.codecs.container.TensorGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;

/**
 * Codec of float tensors of any shape, in the spirit of CacheGen (Liu et al. 2024, section 5): each channel of each group is
 * predicted from anchors, from the step before or from its centre, whichever costs least; residuals are quantized with a step that
 * follows the spread, and coded by adaptive integer models whose contexts are the residuals around.
 *
 * <p>Quality 100 keeps every bit of every value. Below it, values that cannot be quantized (NaN, infinities, outliers beyond
 * 2^26 steps) still come back exactly. The same tensor, target and settings give the same bytes on every machine; the codec
 * runs on the calling thread. Instances are immutable.
 */
public final class TensorCodec {
    /** The quality that keeps every bit. */
    public static final int LOSSLESS_QUALITY = 100;

    /** Files that need no model say so by this hash. */
    public static final ModelHash NO_MODEL = new ModelHash(0);

    private static final int LOSSLESS = 0; // the header's parameters; above it stands the fineness
    private static final int FINEST = 8191;
    private static final int PER_OCTAVE = 256;
    private static final int COARSEST_OCTAVE = 4; // fineness 0 would be a step of 16 spreads
    private static final double CLOSE_ENOUGH = 0.995;
    private static final double LEAST_SHARE = 0.97;
    private static final int SCATTER = 48;

    /** Bytes cannot hold more values than this each: a decision costs at least log2(65536 / 65535) bits. */
    private static final long MOST_VALUES_A_BYTE = 370_000;

    private final TensorSettings settings;

    public TensorCodec(TensorSettings settings) {
        this.settings = settings;
    }

    /**
     * A file and what it lost.
     *
     * @param bytes the whole {@code .tsr} file
     * @param lossless whether the values come back bit for bit by construction
     * @param meanSquaredError over the finite values; 0 for none
     * @param largestError over the finite values
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Compressed(byte[] bytes, boolean lossless, double meanSquaredError, double largestError) {}

    /**
     * Compresses a tensor.
     *
     * @param target a quality, or a budget that is kept, and used to 97 % at least unless the lossless file is smaller or
     *     the budget is so small that single values cost more than that
     * @throws IllegalArgumentException when no file fits the budget; the message names the smallest size
     */
    public Compressed compress(FloatTensor tensor, RateTarget target) {
        return switch (target) {
            case RateTarget.Quality quality when quality.quality() == LOSSLESS_QUALITY -> new Job(tensor).lossless();
            case RateTarget.Quality quality -> {
                Job job = new Job(tensor);
                yield job.axes.steps() == 0 ? job.lossless() : job.lossy(fineness(quality.quality()), settings);
            }
            case RateTarget.Bytes bytes -> new Job(tensor).withinBudget(bytes.budget());
        };
    }

    /**
     * Decompresses a tensor file.
     *
     * @throws CorruptBitstreamException when the payload cannot be what it claims to be
     * @throws IllegalArgumentException when the file holds no tensor
     */
    public static FloatTensor decompress(TsrFile file) throws CorruptBitstreamException {
        return decompress(file, null);
    }

    /** Whether the file with this header gives back every bit. */
    public static boolean isLossless(TsrHeader header) {
        return header.parameters() == LOSSLESS;
    }

    /** The quantization step of each track, {@code [groups x channels]}; 0 for constant ones, none for a lossless file. */
    static double[] steps(TsrFile file) throws CorruptBitstreamException {
        Axes axes = Axes.of(((TensorGeometry) file.header().geometry()).shape());
        double[] steps = new double[axes.groups() * axes.channels()];
        decompress(file, steps);
        return steps;
    }

    private static FloatTensor decompress(TsrFile file, double[] steps) throws CorruptBitstreamException {
        if (!(file.header().geometry() instanceof TensorGeometry geometry)) {
            throw new IllegalArgumentException("file holds " + file.header().geometry() + ", must hold a tensor");
        }
        int fineness = file.header().parameters();
        int offset = TsrFile.headerBytes(file.header()) - 2; // the checksum stands at the end
        byte[] payload = file.payload();
        if (fineness > FINEST) {
            throw new CorruptBitstreamException(offset, "fineness " + fineness + ", must be at most " + FINEST);
        }
        if (geometry.elements() > (payload.length + 16) * MOST_VALUES_A_BYTE) {
            throw new CorruptBitstreamException(
                    offset, payload.length + " bytes cannot hold a tensor of " + geometry.shape());
        }
        Axes axes = Axes.of(geometry.shape());
        RangeDecoder decoder = new RangeDecoder(payload);
        float[] values;
        if (axes.steps() == 0) {
            values = new float[0];
        } else if (fineness == LOSSLESS) {
            values = LosslessCoding.decode(axes, decoder);
        } else {
            double[] found = new double[axes.groups() * axes.channels()];
            values = LossyCoding.decode(axes, decoder, stepFactor(fineness), steps == null ? found : steps);
        }
        if (decoder.unreadBytes() > 0 || axes.steps() == 0 && payload.length > 0) {
            throw new CorruptBitstreamException(
                    offset + payload.length - decoder.unreadBytes(), "bytes behind the tensor");
        }
        return FloatTensor.of(geometry, values);
    }

    /** Quality 0 is a step of 4 spreads, 75 a sixteenth of the spread, 99 about a sixtieth. */
    private static int fineness(int quality) {
        return (100 * 2 * PER_OCTAVE + 8 * PER_OCTAVE * quality + 50) / 100;
    }

    private static double stepFactor(int fineness) {
        return StrictMath.pow(2, COARSEST_OCTAVE - (double) fineness / PER_OCTAVE);
    }

    /** One tensor on its way; what does not depend on the rate is found out once. */
    private final class Job {
        private final FloatTensor tensor;
        private final Axes axes;
        private final float[] reconstruction;
        private Spread[] spreads;

        Job(FloatTensor tensor) {
            this.tensor = tensor;
            this.axes = Axes.of(tensor.geometry().shape());
            this.reconstruction = new float[tensor.values().length];
        }

        Compressed lossless() {
            byte[] payload = axes.steps() == 0 ? new byte[0] : LosslessCoding.encode(axes, tensor.values());
            return new Compressed(write(LOSSLESS, payload), true, 0, 0);
        }

        Compressed lossy(int fineness, TensorSettings with) {
            if (spreads == null) {
                spreads = spreads();
            }
            byte[] payload =
                    LossyCoding.encode(axes, tensor.values(), spreads, stepFactor(fineness), with, reconstruction);
            double sum = 0;
            double largest = 0;
            long count = 0;
            for (int i = 0; i < reconstruction.length; i++) {
                float value = tensor.values()[i];
                if (Float.isFinite(value)) {
                    double error = (double) value - reconstruction[i];
                    sum += error * error;
                    largest = Math.max(largest, Math.abs(error));
                    count++;
                }
            }
            return new Compressed(write(fineness, payload), false, sum / Math.max(1, count), largest);
        }

        /** The finest file that fits: false position on the size, which falls about evenly with the fineness. */
        Compressed withinBudget(long budget) {
            Compressed lossless = lossless();
            if (lossless.bytes().length <= budget) {
                return lossless;
            }
            Compressed best = axes.steps() == 0 ? lossless : lossy(1, settings);
            if (best.bytes().length > budget) {
                throw new IllegalArgumentException("the budget of " + budget
                        + " bytes is below the smallest possible file, " + best.bytes().length + " bytes");
            }
            int fits = 1;
            int tooFine = FINEST + 1;
            double above = lossless.bytes().length; // a guess until the first file is too large
            boolean bisect = false;
            while (tooFine - fits > 1 && best.bytes().length < budget * CLOSE_ENOUGH) {
                double share = (budget - best.bytes().length) / Math.max(1, above - best.bytes().length);
                int next = bisect
                        ? (fits + tooFine) >>> 1
                        : (int) (fits + (tooFine - fits) * Math.max(0.02, Math.min(0.98, share)));
                next = Math.max(fits + 1, Math.min(tooFine - 1, next));
                bisect = !bisect;
                Compressed file = lossy(next, settings);
                if (file.bytes().length <= budget) {
                    fits = next;
                    best = file;
                } else {
                    tooFine = next;
                    above = file.bytes().length;
                }
            }
            return best.bytes().length < budget * LEAST_SHARE ? scatter(budget, fits, best) : best;
        }

        /** Small files do not grow evenly; finer steps with dearer bits fall between their sizes. */
        private Compressed scatter(long budget, int fits, Compressed start) {
            Compressed best = start;
            for (int i = 1; i <= SCATTER && best.bytes().length < budget * LEAST_SHARE; i++) {
                int fineness = Math.min(FINEST, fits + i * i / 8);
                double weight = Math.min(1, settings.rateWeight() * (1 + 0.1 * (i % 8)));
                Compressed file = lossy(fineness, settings.withRateWeight(weight));
                if (file.bytes().length <= budget && file.bytes().length > best.bytes().length) {
                    best = file;
                }
            }
            return best;
        }

        private byte[] write(int parameters, byte[] payload) {
            return TsrFile.write(new TsrHeader(NO_MODEL, tensor.geometry(), parameters), payload);
        }

        private Spread[] spreads() {
            Spread[] all = new Spread[axes.groups() * axes.channels()];
            float[] track = new float[axes.steps()];
            for (int i = 0; i < all.length; i++) {
                axes.gather(tensor.values(), axes.start(i / axes.channels()), i % axes.channels(), track);
                all[i] = Spread.of(track);
            }
            return all;
        }
    }
}
