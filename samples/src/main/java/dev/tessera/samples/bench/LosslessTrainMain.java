package dev.tessera.samples.bench;

import dev.tessera.codecs.circuit.ImageCircuit;
import dev.tessera.codecs.circuit.ImageCircuitTrainer;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Trains the circuit that {@code dev.tessera.codecs.circuit.ImageCircuit.shipped()} loads.
 *
 * <p>Arguments: {@code FOLDER OUT [STATES ITERATIONS SAMPLES SEED]}; the recipe of the shipped file is the default,
 * 12 states, 12 EM passes, 100,000 samples a plane and seed 1, on the middle 256 x 256 of every file of FOLDER whose
 * name begins with {@code photo-}, in the order of their names.
 */
public final class LosslessTrainMain {
    private static final int SIDE = 256;

    private LosslessTrainMain() {}

    public static void main(String[] args) throws IOException {
        int states = args.length > 2 ? Integer.parseInt(args[2]) : 12;
        int iterations = args.length > 3 ? Integer.parseInt(args[3]) : 12;
        int samples = args.length > 4 ? Integer.parseInt(args[4]) : 100_000;
        long seed = args.length > 5 ? Long.parseLong(args[5]) : 1;
        ImageCircuitTrainer trainer = new ImageCircuitTrainer(states, iterations, samples, seed);
        List<Path> files;
        try (Stream<Path> list = Files.list(Path.of(args[0]))) {
            files = list.filter(file -> file.getFileName().toString().startsWith("photo-"))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            Image image = ImageFiles.read(file);
            if (image.width() >= SIDE && image.height() >= SIDE) {
                Image crop = image.crop((image.width() - SIDE) / 2, (image.height() - SIDE) / 2, SIDE, SIDE);
                trainer.add(crop.toRgb8(), SIDE, SIDE);
            }
        }
        ImageCircuit circuit = trainer.fit();
        Files.write(Path.of(args[1]), circuit.write());
        for (int plane = 0; plane < 3; plane++) {
            System.out.println("plane " + plane + ": " + circuit.circuit(plane).tree());
        }
    }
}
