package dev.tessera.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.vqmodels.training.TrainingOrder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Trainings in processes of their own that are killed without warning. */
final class KilledTraining {
    private static final int STEPS = 30;

    private KilledTraining() {}

    /** Killed twice and resumed, a training ends with the bytes of an unbroken one. */
    static void assertResumesExactly(Path folder, String media) throws Exception {
        Path unbroken = folder.resolve("unbroken.safetensors");
        Path broken = folder.resolve("broken.safetensors");
        assertEquals(0, run(media, unbroken, Integer.MAX_VALUE));
        assertFalse(Files.exists(TrainingOrder.checkpoint(unbroken)));
        assertTrue(run(media, broken, 6) != 0, "was killed");
        long firstStep = Checkpoint.read(TrainingOrder.checkpoint(broken)).step();
        assertTrue(run(media, broken, 5) != 0, "was killed again");
        long secondStep = Checkpoint.read(TrainingOrder.checkpoint(broken)).step();
        assertTrue(firstStep >= 5 && secondStep > firstStep && secondStep < STEPS, firstStep + ", " + secondStep);
        assertEquals(0, run(media, broken, Integer.MAX_VALUE));
        assertArrayEquals(Files.readAllBytes(unbroken), Files.readAllBytes(broken));
        assertEquals(
                Files.readString(Path.of(unbroken + ".curve.csv")), Files.readString(Path.of(broken + ".curve.csv")));
    }

    /** Runs a training in a process of its own and kills it once its checkpoint was written {@code kill} times. */
    private static int run(String media, Path output, int kill) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                media,
                output.toString(),
                Integer.toString(kill)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals("kill me")) {
                    process.destroyForcibly(); // SIGKILL
                }
            }
        } catch (IOException e) {
            // the pipe of a killed process may close while it is read
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        return process.exitValue();
    }

    /** What {@link #run} runs. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws IOException {
            Path output = Path.of(args[1]);
            int kill = Integer.parseInt(args[2]);
            Path checkpoint = TrainingOrder.checkpoint(output);
            if (kill < Integer.MAX_VALUE) {
                Thread watcher = new Thread(() -> watch(checkpoint, kill));
                watcher.setDaemon(true);
                watcher.start();
            }
            switch (args[0]) {
                case "image" -> ImageTrainingTest.trainForKills(output, STEPS);
                case "features" -> FeatureTrainingTest.trainForKills(output, STEPS);
                case "audio" -> SoundTrainingTest.trainForKills(output, STEPS);
                default -> throw new IllegalArgumentException(args[0]);
            }
        }

        private static void watch(Path checkpoint, int times) {
            long start = -1;
            while (true) {
                try {
                    if (Files.exists(checkpoint)) {
                        long step = Checkpoint.read(checkpoint).step();
                        start = start < 0 ? step : start;
                        if (step - start >= times) {
                            System.out.println("kill me");
                            return;
                        }
                    }
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        }
    }
}
