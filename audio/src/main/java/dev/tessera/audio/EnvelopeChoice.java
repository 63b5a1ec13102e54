package dev.tessera.audio;

/**
 * Chooses the coefficients of the envelope of one plane as {@link SignedModel#choose} says. Not for several threads at once.
 *
 * <p>Spans are asked for from the front; behind the end of the sound its last frame goes on.
 */
final class EnvelopeChoice implements EnvelopeCoding.Source {
    private final EnvelopeBasis basis;
    private final double[][] components; // [frames][components]
    private final int level;
    private final int step;
    private final LambdaPlan lambdas;
    private final double[][] wanted; // of the span, in steps, [frequencies][components]
    private double lambda;
    private int at; // first frame of the next span

    /**
     * @param components of all frames, at least one
     * @param step in 1/256 octave
     * @param lambdas squared steps that a bit is worth, by frame
     */
    EnvelopeChoice(EnvelopeBasis basis, double[][] components, int level, int step, LambdaPlan lambdas) {
        this.basis = basis;
        this.components = components;
        this.level = level;
        this.step = step;
        this.lambdas = lambdas;
        this.wanted = new double[EnvelopeBasis.frames(level)][basis.components()];
    }

    @Override
    public void begin(int[] last) {
        lambda = lambdas.at(at);
        double[] excess = new double[wanted.length];
        for (int c = 0; c < last.length; c++) {
            for (int t = 0; t < excess.length; t++) {
                double[] frame = components[Math.min(at + t, components.length - 1)];
                excess[t] = frame[c] - basis.expected(last[c], c, t);
            }
            for (int f = 0; f < excess.length; f++) {
                wanted[f][c] = EnvelopeBasis.coefficient(excess, level, f) / step;
            }
        }
        at += wanted.length;
    }

    @Override
    public int value(EnvelopeModel model, int f, int c) {
        return model.choose(wanted[f][c], lambda, EnvelopeModel.MAX_MAGNITUDE);
    }
}
