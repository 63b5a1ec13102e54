package dev.tessera.audio;

import dev.tessera.codebook.Latents;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.RangeDecoder;

/** Decodes what {@link PayloadWriter} wrote, and makes sound of it. */
final class PayloadReader {
    private final AudioModel model;
    private final Mode mode;
    private final double noise;
    private final RangeDecoder decoder;

    /**
     * @param noise limit of {@link NoiseFilling}, in steps
     */
    PayloadReader(AudioModel model, Mode mode, double noise, byte[] payload) {
        this.model = model;
        this.mode = mode;
        this.noise = noise;
        this.decoder = new RangeDecoder(payload);
    }

    /** The planes, {@code [planes][samples]} at 16 kHz. */
    float[][] read(int planes, int samples) throws CorruptBitstreamException {
        double step = mode == Mode.HYBRID ? Settings.step(decoder.decodeUniform(Settings.STEPS)) : 0;
        Latents[] envelopes = new Latents[planes];
        Latents[] cores = new Latents[planes];
        for (int p = 0; p < planes; p++) {
            int envelopeFrames = MelEnvelope.frames(samples);
            int[] envelope = readTokens(model.envelopePart(), envelopeFrames, 1, AudioTrainer.ENVELOPE_ZERO_STAGE);
            envelopes[p] = model.envelopePart().quantizer().dequantize(envelope, envelopeFrames);
            if (mode == Mode.HYBRID) {
                int frames = MdctCore.frames(samples);
                int columns = decoder.decodeUniform(MdctCore.COLUMNS + 1);
                int[] indices = readTokens(model.corePart(), frames, columns, AudioTrainer.CORE_ZERO_STAGE);
                cores[p] = model.corePart().quantizer().dequantize(indices, frames, columns);
            }
        }
        if (decoder.unreadBytes() > 0) {
            throw new CorruptBitstreamException(0, decoder.unreadBytes() + " bytes are left over after the last token");
        }
        float[][] out = new float[planes][];
        for (int p = 0; p < planes; p++) {
            out[p] = synthesize(envelopes[p], cores[p], step, samples);
        }
        return out;
    }

    private float[] synthesize(Latents envelope, Latents core, double step, int samples) {
        if (mode == Mode.ENVELOPE) {
            return model.envelope().synthesize(envelope, samples);
        }
        float[] x = new MdctCore(step).synthesize(core, samples);
        NoiseFilling.add(x, model.envelope().mel(envelope), noise * step);
        return x;
    }

    private int[] readTokens(AudioModel.Part part, int height, int width, int firstZeroStage)
            throws CorruptBitstreamException {
        int stages = part.quantizer().stages();
        GridModel grid = new GridModel(part.prior(), height, width);
        int[] indices = new int[Math.multiplyExact(Math.multiplyExact(height, width), stages)];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int s = 0; s < stages; s++) {
                    int index = grid.decode(decoder, s, y, x);
                    indices[(y * width + x) * stages + s] = index;
                    if (index == 0 && s >= firstZeroStage) {
                        break;
                    }
                }
            }
        }
        return indices;
    }
}
