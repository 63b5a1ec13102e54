package dev.tessera.image.transform;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.container.SequenceGeometry;
import dev.tessera.codecs.mixing.BitCoder;
import dev.tessera.image.Image;

/** Decodes the frames of a stream one after the other. */
final class FrameDecoding {
    private final SequenceGeometry geometry;
    private final Settings settings;
    private final Refiners refiners;
    private final RangeDecoder in;
    private final BitCoder.Reader reader;
    private final FrameSyntax syntax;
    private SamplePlane[] reference;
    private MotionField field;
    private int duration;
    private int step;

    FrameDecoding(
            byte[] payload, SequenceGeometry geometry, Settings settings, TransformPrior prior, Refiners refiners) {
        this.geometry = geometry;
        this.settings = settings;
        this.refiners = refiners;
        this.in = new RangeDecoder(payload);
        this.reader = new BitCoder.Reader(in);
        this.syntax = new FrameSyntax(prior);
    }

    /** Decodes the next frame. */
    void next() {
        FrameSyntax.Head head = syntax.head(reader, null);
        duration = head.duration();
        step = Math.max(0, settings.step() - head.boost());
        int width = PicturePlanes.scaled(geometry.width(), settings.scale());
        int height = PicturePlanes.scaled(geometry.height(), settings.scale());
        Inter inter = reference == null ? null : inter(syntax, head.fade().of(reference), field);
        BlockDecoder decoder = new BlockDecoder(width, height, settings.grey() ? 1 : 3, step, syntax.models, inter);
        decoder.decode(reader);
        decoder.smooth(syntax.edges(reader, 0));
        reference = decoder.planes;
        field = inter == null ? null : inter.field();
    }

    static Inter inter(FrameSyntax syntax, SamplePlane[] reference, MotionField before) {
        return new Inter(
                new ReferenceFrame(reference),
                new MotionField(reference[0].width, reference[0].height),
                before,
                syntax.motion,
                syntax.coefficients);
    }

    /** How long the frame that was decoded last is shown, in ticks. */
    int duration() {
        return duration;
    }

    /** The frame that was decoded last. */
    Image picture(Settings.Details details) {
        Settings ofFrame = new Settings(settings.grey(), false, settings.scale(), 0, details, step);
        return PicturePlanes.toImage(reference, geometry.width(), geometry.height(), ofFrame, refiners);
    }

    int unreadBytes() {
        return in.unreadBytes();
    }
}
