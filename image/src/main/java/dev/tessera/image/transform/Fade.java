package dev.tessera.image.transform;

/**
 * What brightness does from one frame to the next, for all samples of the frame before: luma x gain + offset, and chroma x gain around
 * its middle. A prediction of fades to and from black and white that costs two bytes a frame.
 *
 * @param gain in 1/128, 0 to 255
 * @param offset of luma in quarters of a level, -128 to 127
 */
record Fade(int gain, int offset) {
    static final Fade NONE = new Fade(128, 0);

    private static final int GAIN_BITS = 7;
    private static final int OFFSET_UNIT = (1 << SamplePlane.UNIT_BITS) / 4;
    private static final int MIDDLE = 128 << SamplePlane.UNIT_BITS;
    private static final int MOST = 255 << SamplePlane.UNIT_BITS;
    private static final double CLEARLY = .9; // of the difference that is left without

    /** The faded planes; {@code planes} themselves when nothing changes. */
    SamplePlane[] of(SamplePlane[] planes) {
        if (equals(NONE)) {
            return planes;
        }
        SamplePlane[] out = new SamplePlane[planes.length];
        for (int c = 0; c < planes.length; c++) {
            out[c] = faded(planes[c], c == 0 ? 0 : MIDDLE, c == 0 ? offset * OFFSET_UNIT : 0);
        }
        return out;
    }

    private SamplePlane faded(SamplePlane plane, int middle, int more) {
        SamplePlane out = new SamplePlane(plane.width, plane.height);
        for (int i = 0; i < out.samples.length; i++) {
            int value = (plane.samples[i] - middle) * gain + (1 << GAIN_BITS - 1) >> GAIN_BITS;
            out.samples[i] = Math.clamp(value + middle + more, 0, MOST);
        }
        return out;
    }

    /** The fade from one frame to the next by mean and spread of luma, if that brings them clearly nearer. */
    static Fade between(SamplePlane before, SamplePlane now) {
        SamplePlane a = MotionSearch.quarter(before);
        SamplePlane b = MotionSearch.quarter(now);
        double[] from = moments(a);
        double[] to = moments(b);
        double ratio = from[1] > 0 ? Math.sqrt(to[1] / from[1]) : 1;
        int gain = (int) Math.clamp(Math.round(ratio * (1 << GAIN_BITS)), 0, 255);
        double mean = to[0] - from[0] * gain / (1 << GAIN_BITS);
        Fade fade = new Fade(gain, (int) Math.clamp(Math.round(mean / OFFSET_UNIT), -128, 127));
        if (fade.equals(NONE)) {
            return NONE;
        }
        SamplePlane faded = fade.of(new SamplePlane[] {a})[0];
        return MotionSearch.difference(b, faded) < CLEARLY * MotionSearch.difference(b, a) ? fade : NONE;
    }

    /** Mean and variance. */
    private static double[] moments(SamplePlane plane) {
        double sum = 0;
        double squares = 0;
        for (int v : plane.samples) {
            sum += v;
            squares += (double) v * v;
        }
        double mean = sum / plane.samples.length;
        return new double[] {mean, squares / plane.samples.length - mean * mean};
    }
}
