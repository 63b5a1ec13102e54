package dev.tessera.eval.rd;

import dev.tessera.eval.AudioMetrics;
import dev.tessera.eval.ImageMetrics;
import java.util.LinkedHashMap;
import java.util.Map;

/** How near a decoded sample is to its original, by the names of the command line's JSON. */
public interface Measure<S extends Medium> {
    /** Changes whenever the values of equal samples may. */
    String version();

    Map<String, Double> of(S reference, S decoded);

    /** PSNR, SSIM, MS-SSIM and GMSD. */
    Measure<Rgb8> PICTURES = new Measure<>() {
        @Override
        public String version() {
            return "pictures 1";
        }

        @Override
        public Map<String, Double> of(Rgb8 reference, Rgb8 decoded) {
            if (decoded.width() != reference.width() || decoded.height() != reference.height()) {
                throw new IllegalArgumentException("decoded to " + decoded.width() + " x " + decoded.height()
                        + ", must be " + reference.width() + " x " + reference.height());
            }
            ImageMetrics metrics =
                    ImageMetrics.of(reference.pixels(), decoded.pixels(), reference.width(), reference.height());
            Map<String, Double> values = new LinkedHashMap<>();
            values.put("psnr", metrics.psnr());
            values.put("ssim", metrics.ssim());
            values.put("ms_ssim", metrics.msSsim());
            values.put("gmsd", metrics.gmsd());
            return values;
        }
    };

    /** Mel distances, SI-SDR and STOI. */
    Measure<Sound> SOUNDS = new Measure<>() {
        @Override
        public String version() {
            return "sounds 1";
        }

        @Override
        public Map<String, Double> of(Sound reference, Sound decoded) {
            AudioMetrics metrics = AudioMetrics.of(
                    new float[][] {reference.samples()},
                    reference.sampleRate(),
                    new float[][] {decoded.samples()},
                    decoded.sampleRate());
            Map<String, Double> values = new LinkedHashMap<>();
            values.put("mel_distance", metrics.melDistance());
            values.put("mel_distance_0_4k", metrics.melDistance0To4k());
            values.put("si_sdr", metrics.siSdr());
            if (metrics.stoi() != null) {
                values.put("stoi", metrics.stoi());
            }
            return values;
        }
    };
}
