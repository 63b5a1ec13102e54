package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.mixing.BitCoder;
import org.junit.jupiter.api.Test;

class SignedModelTest {
    private static final int[] VALUES = {0, 1, -1, 2, -6, 7, 14, -15, 16, 1000, -65_550, 1 << 20};

    /** A model that looks at the same place again. */
    private static WaveformModel at() {
        WaveformModel model = new WaveformModel();
        look(model);
        return model;
    }

    private static void look(WaveformModel model) {
        int[] none = new int[LappedTransform.LONGEST];
        model.look(20, 0, 0, new int[1], none, none);
    }

    @Test
    void everyIntegerComesBackBehindOthers() throws Exception {
        RangeEncoder out = new RangeEncoder();
        WaveformModel writing = at();
        for (int value : VALUES) {
            look(writing);
            assertEquals(value, writing.code(new BitCoder.Writer(out), value));
        }
        RangeDecoder in = new RangeDecoder(out.finish());
        WaveformModel reading = at();
        for (int value : VALUES) {
            look(reading);
            assertEquals(value, reading.code(new BitCoder.Reader(in), 0));
        }
        assertEquals(0, in.unreadBytes());
    }

    /** What a choice is told of costs is what the bits then cost. */
    @Test
    void costsAreThoseOfTheCoder() {
        WaveformModel model = at();
        for (int magnitude : new int[] {1, 2, 14, 15, 16, 17, 18, 1000, 1 << 18}) {
            BitCoder.Meter meter = new BitCoder.Meter();
            model.code(meter, -magnitude);
            assertEquals(meter.cost, model.cost(magnitude), "magnitude " + magnitude);
        }
    }

    /** Far from zero a bit is worth nothing beside the error; near to it every bit counts. */
    @Test
    void choicesWeighErrorsAndBits() {
        WaveformModel model = at();
        assertEquals(0, model.choose(0.4, 1, WaveformModel.MAX_MAGNITUDE));
        assertEquals(0, model.choose(-0.9, 10, WaveformModel.MAX_MAGNITUDE));
        assertEquals(-1, model.choose(-0.9, 0, WaveformModel.MAX_MAGNITUDE));
        assertEquals(5, model.choose(5.1, 0.01, WaveformModel.MAX_MAGNITUDE));
        assertEquals(8, model.choose(1e9, 0.01, 8));
    }
}
