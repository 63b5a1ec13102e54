package dev.tessera.cli;

import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageSequence;
import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** Pictures that are the frames of one sequence. */
final class SequenceOptions {
    private static final Pattern RATE = Pattern.compile("(\\d{1,7})(?:/(\\d{1,7}))?");

    @Option(
            names = "--sequence",
            paramLabel = "FPS",
            description = "Take all pictures, in their order, as the frames of one sequence, FPS of them a second"
                    + " (25, 30000/1001). Y4M and animated GIF and PNG files are sequences without it.")
    private String rate;

    boolean asked() {
        return rate != null;
    }

    /** The sequence of all pictures. */
    ImageSequence read(List<Input> frames, long maxPixels) throws IOException {
        Matcher matcher = RATE.matcher(rate);
        int ticks = matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
        int perSeconds = ticks > 0 && matcher.group(2) != null ? Integer.parseInt(matcher.group(2)) : 1;
        if (ticks < 1 || perSeconds < 1) {
            throw new UsageException("--sequence is '" + rate + "', must be frames a second such as 25 or 30000/1001");
        }
        ImageSequence.Builder sequence = null;
        for (Input input : frames) {
            long left = sequence == null ? maxPixels : maxPixels - sequence.pixels();
            Image frame = ImageFiles.read(input.bytes(), input.name(), Math.max(1, left));
            if (sequence == null) {
                sequence = ImageSequence.builder(frame.width(), frame.height(), ticks, perSeconds);
            }
            try {
                sequence.add(frame, 1);
            } catch (IllegalArgumentException e) {
                throw new UsageException(input.name() + ": " + e.getMessage());
            }
        }
        return sequence.build();
    }
}
