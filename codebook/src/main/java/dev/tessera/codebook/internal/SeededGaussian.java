package dev.tessera.codebook.internal;

/**
 * Standard normal numbers from a {@link SplitMix64} by the Box-Muller transform. From two uniform draws a and b come
 * first r cos(2 pi b), then r sin(2 pi b), with r = sqrt(-2 ln(1 - a)). {@code StrictMath} throughout: a seed gives the
 * same bits on every machine, because matrices that a model names by their seed are made of them.
 */
public final class SeededGaussian {
    private final SplitMix64 random;
    private double second;
    private boolean hasSecond;

    public SeededGaussian(long seed) {
        this(new SplitMix64(seed));
    }

    public SeededGaussian(SplitMix64 random) {
        this.random = random;
    }

    /** {@code count} independent draws of mean 0 and the given standard deviation. */
    public static float[] draw(int count, double deviation, SplitMix64 random) {
        SeededGaussian gaussian = new SeededGaussian(random);
        float[] draws = new float[count];
        for (int i = 0; i < count; i++) {
            draws[i] = (float) (deviation * gaussian.next());
        }
        return draws;
    }

    public double next() {
        if (hasSecond) {
            hasSecond = false;
            return second;
        }
        double radius = Math.sqrt(-2 * StrictMath.log(1 - random.nextDouble()));
        double angle = 2 * Math.PI * random.nextDouble();
        second = radius * StrictMath.sin(angle);
        hasSecond = true;
        return radius * StrictMath.cos(angle);
    }
}
