package dev.tessera.image;

/** How samples 0..255 enter a network, {@code scale} x + {@code offset}, and come back from one. */
public record SampleRange(float scale, float offset) {
    public SampleRange {
        if (!Float.isFinite(scale) || scale == 0) {
            throw new IllegalArgumentException("input_scale is " + scale + ", must be finite and not 0");
        }
        if (!Float.isFinite(offset)) {
            throw new IllegalArgumentException("input_offset is " + offset + ", must be finite");
        }
    }

    float toNetwork(float sample) {
        return sample * scale + offset;
    }

    float toSample(float value) {
        return (value - offset) / scale;
    }

    /** Into 0..255; NaN, which a network of wild weights may give, becomes 0. */
    static float clamp(float sample) {
        return sample > 0 ? Math.min(sample, 255) : 0;
    }
}
