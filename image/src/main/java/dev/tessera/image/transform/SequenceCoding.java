package dev.tessera.image.transform;

import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.image.ImageSequence;
import java.util.List;

/** Codes a sequence at any scale, step and weight of a bit, and says what that did to it. */
final class SequenceCoding implements StepSearch.Coding<SequenceCoding.Attempt> {
    private static final double FRESH_SHARE = .15; // of the bits of a picture that a frame usually needs
    private static final int BOOST = 6; // of the first frame, from which the others copy

    private final ImageSequence sequence;
    private final TransformPrior prior;
    private final Refiners refiners;
    private final Tuning tuning;
    private final Effort effort;

    SequenceCoding(ImageSequence sequence, TransformPrior prior, Refiners refiners, Tuning tuning, int effort) {
        this.sequence = sequence;
        this.prior = prior;
        this.refiners = refiners;
        this.tuning = tuning;
        this.effort = Effort.of(effort);
    }

    /**
     * The coded frames.
     *
     * @param settings without details; they change no length
     * @param pieces of the payload, one for each frame
     */
    record Attempt(Settings settings, double price, List<byte[]> pieces) implements StepSearch.Attempt {
        byte[] payload() {
            byte[] out = new byte[length()];
            int to = 0;
            for (byte[] piece : pieces) {
                System.arraycopy(piece, 0, out, to, piece.length);
                to += piece.length;
            }
            return out;
        }

        int length() {
            return pieces.stream().mapToInt(piece -> piece.length).sum();
        }
    }

    /**
     * A coded sequence.
     *
     * @param settings with the best details
     * @param loss summed over the frames; lower is better
     */
    record Result(Settings settings, double loss) {}

    @Override
    public long pixels() {
        return sequence.geometry().pixels();
    }

    @Override
    public double freshShare() {
        return (1 + FRESH_SHARE * (sequence.size() - 1)) / sequence.size();
    }

    @Override
    public double shareOfRough() {
        return 1;
    }

    @Override
    public double loss(Attempt attempt) {
        return finished(attempt).loss();
    }

    @Override
    public double price(Attempt attempt, long bytes) {
        double price = PictureLoss.price(tuning, attempt.settings(), bytes);
        return tuning == Tuning.MS_SSIM
                ? price * sequence.size() // losses of pictures are logarithms there, and sums here
                : price;
    }

    /** With all effort always: where few ways are tried in each frame, errors of one frame hide what a scale is worth to the next ones. */
    @Override
    public Attempt code(int scale, int step, double price, boolean rough) {
        RangeEncoder out = new RangeEncoder();
        BitCoder.Writer writer = new BitCoder.Writer(out);
        FrameSyntax syntax = new FrameSyntax(prior);
        SamplePlane[] before = null;
        SamplePlane[] reference = null;
        MotionField field = null;
        int boost = sequence.size() == 1 ? 0 : Math.min(BOOST, step);
        for (int i = 0; i < sequence.size(); i++) {
            SamplePlane[] source = PicturePlanes.of(sequence.frame(i), scale);
            Fade fade = i == 0 ? Fade.NONE : Fade.between(before[0], source[0]);
            int finer = i == 0 ? boost : 0;
            syntax.head(writer, new FrameSyntax.Head(sequence.duration(i), finer, fade));
            Inter inter = i == 0 ? null : FrameDecoding.inter(syntax, fade.of(reference), field);
            BlockEncoder encoder =
                    new BlockEncoder(source, step - finer, syntax.models, price, tuning, scale, inter, effort);
            encoder.encode(writer);
            encoder.smooth(syntax.edges(writer, encoder.bestEdges()));
            before = source;
            reference = encoder.planes;
            field = inter == null ? null : inter.field();
            if (i < sequence.size() - 1) {
                out.cut();
            }
        }
        return new Attempt(
                new Settings(sequence.isGrey(), false, scale, 0, Settings.Details.NONE, step),
                price,
                out.finishPieces());
    }

    /** The attempt with the details that are best for it. */
    Result finished(Attempt attempt) {
        List<Settings.Details> choices = refiners.choices(attempt.settings().scale());
        double[] losses = new double[choices.size()];
        FrameDecoding decoding =
                new FrameDecoding(attempt.payload(), sequence.geometry(), attempt.settings(), prior, refiners);
        for (int i = 0; i < sequence.size(); i++) {
            PictureLoss loss = new PictureLoss(sequence.frame(i), tuning);
            decoding.next();
            for (int k = 0; k < losses.length; k++) {
                losses[k] += loss.of(decoding.picture(choices.get(k)));
            }
        }
        int best = 0;
        for (int k = 1; k < losses.length; k++) {
            best = losses[k] < losses[best] ? k : best;
        }
        return new Result(attempt.settings().withFilters(0, choices.get(best)), losses[best]);
    }
}
