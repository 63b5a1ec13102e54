package dev.tessera.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class AudioCodecTest extends SoundFileContract {
    private static final AudioModel MODEL = shipped("audio-mel-mdct");

    private final AudioCodec codec = new AudioCodec(MODEL);

    AudioCodecTest() {
        super(MODEL, 120, 250, 500, 1000);
    }

    private AudioSignal decoded(byte[] file) throws IOException {
        return codec.decompress(TsrFile.read(file));
    }

    /** A budget leaves its mode to the rate. */
    @Test
    void lowRatesHoldEnvelopesOnly() {
        AudioSignal signal = AudioSignal.mono(16000, tone(16000, 80_000, 140));
        assertEquals(
                "envelope", codec.compress(signal, new RateTarget.Bytes(150)).mode());
        assertEquals("hybrid", codec.compress(signal, new RateTarget.Bytes(900)).mode());
    }

    @Test
    void severalThreadsMakeTheBytesOfOne() throws Exception {
        AudioSignal signal = AudioSignal.mono(24000, tone(24000, 24000, 170));
        byte[] alone = codec.compress(signal, new RateTarget.Bytes(400)).bytes();
        AudioSignal soundAlone = decoded(alone);
        try (ExecutorService threads = Executors.newFixedThreadPool(7)) {
            List<Future<byte[]>> files = new ArrayList<>();
            for (int i = 0; i < 7; i++) {
                files.add(threads.submit(
                        () -> codec.compress(signal, new RateTarget.Bytes(400)).bytes()));
            }
            for (Future<byte[]> file : files) {
                assertArrayEquals(alone, file.get());
                assertEquals(
                        soundAlone, threads.submit(() -> decoded(file.get())).get());
            }
        }
    }

    @Test
    void theSameBytesTwice() throws IOException {
        AudioSignal signal = AudioSignal.mono(24000, tone(24000, 24000, 170));
        byte[] a = codec.compress(signal, new RateTarget.Bytes(400)).bytes();
        byte[] b = codec.compress(signal, new RateTarget.Bytes(400)).bytes();
        assertArrayEquals(a, b);
        assertArrayEquals(decoded(a).channel(0), decoded(b).channel(0));
    }
}
