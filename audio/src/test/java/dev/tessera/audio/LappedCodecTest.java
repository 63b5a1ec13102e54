package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.mixing.BitCoder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LappedCodecTest extends SoundFileContract {
    private static final LappedAudioModel MODEL = (LappedAudioModel) shipped("audio-mel-lapped");

    LappedCodecTest() {
        super(MODEL, 120, 250, 500, 1000, 3000);
    }

    /** The integer levels say what the envelope says in floating point. */
    @Test
    void levelsFollowTheEnvelope() {
        float[] x = tone(16000, 16000, 200);
        var quantizer = MODEL.envelopePart().quantizer();
        int[] indices = quantizer.quantize(MODEL.envelope().encode(x));
        int frames = MelEnvelope.frames(x.length);
        TokenGrid tokens = new TokenGrid(frames, 1, quantizer.stages(), 1, indices);
        int[][] levels = MODEL.levels().of(tokens);
        float[] logarithms = MODEL.envelope()
                .klt()
                .inverse(quantizer.dequantize(indices, frames))
                .data();
        for (int t = 0; t < frames; t++) {
            for (int b = 0; b < MelEnvelope.BANDS; b++) {
                double rms = Math.pow(10, logarithms[t * MelEnvelope.BANDS + b])
                        / (NoiseFilling.MAGNITUDE_PER_RMS * MelEnvelope.MEL.weightSum(b));
                assertEquals(EnvelopeLevels.PER_OCTAVE * Math.log(rms) / Math.log(2), levels[t][b], 1.2);
            }
        }
    }

    @Test
    void stateOfTheModelComesBack() {
        WaveformModel learnt = new WaveformModel();
        SplittableRandom random = new SplittableRandom(2);
        int[] none = new int[LappedTransform.LONGEST];
        int[] q = new int[LappedTransform.LONGEST];
        for (int k = 0; k < 1000; k++) {
            learnt.look(20, k, 0, q, none, none);
            q[k] = learnt.code(new BitCoder.Trainer(), random.nextInt(-2, 3));
        }
        byte[] state = learnt.save();
        WaveformModel restored = WaveformModel.of(state);
        assertEquals(state.length, restored.save().length);
        restored.look(20, 0, 0, new int[8], none, none);
        WaveformModel copy = restored.copy();
        copy.look(20, 0, 0, new int[8], none, none);
        assertEquals(restored.cost(2), copy.cost(2));
        assertArrayEquals(restored.save(), copy.save());
    }

    @Test
    void thereIsOneLayout() {
        AudioCodec codec = new AudioCodec(MODEL);
        assertFalse(codec.has(TsrLayout.PROGRESSIVE));
        AudioSignal signal = AudioSignal.mono(16000, tone(16000, 4000, 200));
        assertThrows(
                IllegalArgumentException.class,
                () -> codec.compress(signal, new RateTarget.Bytes(300), TsrLayout.INDEPENDENT));
    }
}
