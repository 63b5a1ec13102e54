package dev.tessera.samples;

import dev.tessera.codebook.Decoder;
import dev.tessera.codebook.Encoder;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.codebook.learn.ResidualKMeans;

/**
 * A tokenizer for a signal that this project knows nothing of: a day of temperatures, 24 hourly values per day, as its
 * mean and the shape around it. An {@link Encoder} and a {@link Decoder} of one's own and a learned quantizer make a
 * {@link Tokenizer}.
 */
public final class OwnEncoderExample {
    static final int HOURS = 24;

    private OwnEncoderExample() {}

    public static void main(String[] args) {
        float[] training = temperatures(2000, 1);
        ResidualQuantizer quantizer = ResidualKMeans.builder()
                .stages(3)
                .codebookSize(64)
                .seed(1)
                .build()
                .fit(new DayEncoder().encode(training));
        Tokenizer<float[]> tokenizer = new Tokenizer<>(new DayEncoder(), quantizer, new DayDecoder());

        float[] days = temperatures(7, 2);
        Tokens tokens = tokenizer.tokenize(days);
        float[] back = tokenizer.detokenize(tokens);

        System.out.println(days.length + " temperatures -> " + tokens);
        System.out.printf("root mean square error %.2f degrees%n", rootMeanSquareError(days, back));
    }

    /** Hourly values to one latent a day: the day's mean, then the values without it. */
    static final class DayEncoder implements Encoder<float[]> {
        @Override
        public Latents encode(float[] hourly) {
            if (hourly.length % HOURS != 0) {
                throw new IllegalArgumentException(
                        "there are " + hourly.length + " values, must be whole days of " + HOURS);
            }
            int days = hourly.length / HOURS;
            int dim = HOURS + 1;
            float[] latents = new float[days * dim];
            for (int day = 0; day < days; day++) {
                float sum = 0;
                for (int h = 0; h < HOURS; h++) {
                    sum += hourly[day * HOURS + h];
                }
                float mean = sum / HOURS;
                latents[day * dim] = mean;
                for (int h = 0; h < HOURS; h++) {
                    latents[day * dim + 1 + h] = hourly[day * HOURS + h] - mean;
                }
            }
            return Latents.of(days, dim, latents);
        }
    }

    /** The inverse of {@link DayEncoder}. */
    static final class DayDecoder implements Decoder<float[]> {
        @Override
        public float[] decode(Latents latents) {
            float[] hourly = new float[latents.count() * HOURS];
            for (int i = 0; i < hourly.length; i++) {
                int day = i / HOURS * latents.dim();
                hourly[i] = latents.data()[day] + latents.data()[day + 1 + i % HOURS];
            }
            return hourly;
        }
    }

    /** Made-up weather: seasons, warm afternoons, clouds that flatten them. */
    static float[] temperatures(int days, long seed) {
        java.util.random.RandomGenerator random = new java.util.SplittableRandom(seed);
        float[] hourly = new float[days * HOURS];
        for (int day = 0; day < days; day++) {
            double mean = 10 + 12 * Math.sin(2 * Math.PI * random.nextDouble()) + random.nextGaussian();
            double swing = 1 + 8 * random.nextDouble();
            for (int h = 0; h < HOURS; h++) {
                hourly[day * HOURS + h] = (float) (mean - swing * Math.cos(2 * Math.PI * (h - 3) / HOURS));
            }
        }
        return hourly;
    }

    static double rootMeanSquareError(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (double) (a[i] - b[i]);
        }
        return Math.sqrt(sum / a.length);
    }
}
