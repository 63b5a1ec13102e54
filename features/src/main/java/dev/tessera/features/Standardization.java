package dev.tessera.features;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;
import dev.tessera.vqmodels.nn.FeatureMap;

/**
 * Mean and scale of each channel, as training found them. Single operations in single precision, so the same bits everywhere.
 *
 * @param mean {@code [channels]}, finite
 * @param scale {@code [channels]}, finite and above 0
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Standardization(float[] mean, float[] scale) {
    private static final String MEAN = "features.mean";
    private static final String SCALE = "features.scale";

    static Standardization read(ModelFile file, int channels) throws CorruptModelException {
        float[] mean = file.tensor(MEAN, channels).toFloats();
        float[] scale = file.tensor(SCALE, channels).toFloats();
        for (int c = 0; c < channels; c++) {
            TokenizerFile.check(MEAN + "[" + c + "]", Float.isFinite(mean[c]), mean[c], "finite");
            TokenizerFile.check(
                    SCALE + "[" + c + "]", scale[c] > 0 && Float.isFinite(scale[c]), scale[c], "finite and above 0");
        }
        return new Standardization(mean, scale);
    }

    /**
     * Frames as the encoder takes them.
     *
     * @param rows {@code [frames x channels]}
     * @param from first frame
     * @param frames how many; behind the last row it is repeated
     */
    FeatureMap toMap(float[] rows, int from, int frames) {
        int channels = mean.length;
        int last = rows.length / channels - 1;
        float[] values = new float[channels * frames];
        for (int t = 0; t < frames; t++) {
            int row = Math.min(from + t, last) * channels;
            for (int c = 0; c < channels; c++) {
                values[c * frames + t] = (rows[row + c] - mean[c]) / scale[c];
            }
        }
        return FeatureMap.ofTime(channels, frames, values);
    }

    /** {@code [frames x channels]} of what the decoder gives; what a network of wild weights may give that is no number is the mean. */
    float[] toRows(FeatureMap map) {
        int channels = mean.length;
        int frames = map.width();
        float[] values = map.toArray();
        float[] rows = new float[values.length];
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < frames; t++) {
                float scaled = values[c * frames + t] * scale[c];
                float value = scaled + mean[c];
                rows[t * channels + c] = Float.isFinite(value) ? value : mean[c];
            }
        }
        return rows;
    }
}
