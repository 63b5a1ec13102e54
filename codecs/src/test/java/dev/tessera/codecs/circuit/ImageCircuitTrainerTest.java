package dev.tessera.codecs.circuit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ImageCircuitTrainerTest {
    @Test
    void learnsReproduciblyAndCodesWhatItLearnedFrom() throws IOException {
        byte[] rgb = picture();
        ImageCircuit circuit = fit(rgb);
        assertArrayEquals(circuit.write(), fit(rgb).write());
        for (int plane = 0; plane < 3; plane++) {
            assertEquals(CausalEvidence.QUERY, circuit.circuit(plane).tree().root());
        }
        LosslessImageCoder coder = new LosslessImageCoder(circuit);
        byte[] stream = coder.encode(rgb, 48, 64, 3);
        assertArrayEquals(rgb, coder.decode(stream).samples());
        // two grey levels of uniform noise on a smooth ground: 1 bit a sample is the floor
        assertTrue(stream.length * 8.0 < 1.6 * rgb.length, stream.length * 8.0 / rgb.length + " bits per dimension");
    }

    @Test
    void refusesBadPictures() {
        ImageCircuitTrainer trainer = new ImageCircuitTrainer(3, 1, 100, 1);
        assertThrows(IllegalArgumentException.class, () -> trainer.add(new byte[10], 2, 2));
        assertThrows(IllegalStateException.class, trainer::fit);
    }

    private static ImageCircuit fit(byte[] rgb) {
        ImageCircuitTrainer trainer = new ImageCircuitTrainer(3, 3, 2000, 4);
        trainer.add(rgb, 48, 64);
        return trainer.fit();
    }

    private static byte[] picture() {
        SplittableRandom random = new SplittableRandom(8);
        byte[] rgb = new byte[3 * 48 * 64];
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (i / 3 % 64 * 2 + i / 192 + random.nextInt(2));
        }
        return rgb;
    }
}
