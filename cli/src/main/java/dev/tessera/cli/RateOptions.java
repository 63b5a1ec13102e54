package dev.tessera.cli;

import dev.tessera.codecs.RateTarget;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** How large a file may be, or how good. */
final class RateOptions {
    private static final int DEFAULT_QUALITY = 50;
    private static final int DEFAULT_TENSOR_QUALITY = 75;

    @ArgGroup(exclusive = true)
    private Choice choice;

    /** One of four. */
    static final class Choice {
        @Option(
                names = "--bpp",
                paramLabel = "R",
                description = "Pictures: at most R bits per pixel, header included; tensors: per value.")
        Double bitsPerPixel;

        @Option(
                names = "--kbps",
                paramLabel = "R",
                description = "Sound and sequences: at most R kilobits per second, header included.")
        Double kbps;

        @Option(names = "--size", paramLabel = "BYTES", description = "At most so many bytes a file; 2kB is 2000.")
        String size;

        @Option(
                names = "-q",
                paramLabel = "0..100",
                description = "Quality instead of a size (default: " + DEFAULT_QUALITY + ", tensors "
                        + DEFAULT_TENSOR_QUALITY + "; 100 keeps every bit of a tensor).")
        Integer quality;
    }

    /** The target for a picture of so many pixels. */
    RateTarget forPixels(long pixels) {
        if (choice != null && choice.kbps != null) {
            throw new UsageException("--kbps is for sound, pictures take --bpp");
        }
        return choice != null && choice.bitsPerPixel != null
                ? bytes("--bpp", choice.bitsPerPixel, choice.bitsPerPixel * pixels / 8)
                : common(DEFAULT_QUALITY);
    }

    /** The target for a tensor of so many values. */
    RateTarget forValues(long values) {
        if (choice != null && choice.kbps != null) {
            throw new UsageException("--kbps is for sound, tensors take --bpp, bits per value");
        }
        return choice != null && choice.bitsPerPixel != null
                ? bytes("--bpp", choice.bitsPerPixel, choice.bitsPerPixel * values / 8)
                : common(DEFAULT_TENSOR_QUALITY);
    }

    /** The target for a sequence of so many pixels in all. */
    RateTarget forSequence(long pixels, double seconds) {
        return choice != null && choice.kbps != null
                ? bytes("--kbps", choice.kbps, choice.kbps * seconds * 125)
                : forPixels(pixels);
    }

    /** The target for a sound of so many seconds. */
    RateTarget forSeconds(double seconds) {
        if (choice != null && choice.bitsPerPixel != null) {
            throw new UsageException("--bpp is for pictures, sound takes --kbps");
        }
        return choice != null && choice.kbps != null
                ? bytes("--kbps", choice.kbps, choice.kbps * seconds * 125)
                : common(DEFAULT_QUALITY);
    }

    /** The rate of a sound whose length is not known yet. */
    double kbpsOfStream() {
        if (choice == null || choice.kbps == null) {
            throw new UsageException("--layout stream takes --kbps, the rate that the sound keeps to while it arrives");
        }
        if (!(choice.kbps > 0)) {
            throw new UsageException("--kbps is " + choice.kbps + ", must be above 0");
        }
        return choice.kbps;
    }

    /** Says that what is compressed without loss takes no rate. */
    void refuse(String what) {
        if (choice != null) {
            throw new UsageException("--bpp, --kbps, --size and -q are for lossy files, " + what + " are kept exactly");
        }
    }

    private RateTarget common(int defaultQuality) {
        if (choice == null) {
            return new RateTarget.Quality(defaultQuality);
        }
        if (choice.size != null) {
            return new RateTarget.Bytes(parseSize("--size", choice.size));
        }
        return new RateTarget.Quality(choice.quality);
    }

    private static RateTarget bytes(String option, double rate, double budget) {
        if (!(rate > 0)) {
            throw new UsageException(option + " is " + rate + ", must be above 0");
        }
        return new RateTarget.Bytes(Math.max(1, (long) Math.floor(budget + 1e-9)));
    }

    /** Bytes as {@code option} has them, such as 2kB. */
    static long parseSize(String option, String text) {
        java.util.regex.Matcher matcher = java.util.regex.Pattern.compile(
                        "(\\d+(?:\\.\\d+)?)\\s*(k|M)?B?", java.util.regex.Pattern.CASE_INSENSITIVE)
                .matcher(text.strip());
        if (!matcher.matches()) {
            throw new UsageException(option + " is '" + text + "', must be a number of bytes such as 1500, 2kB or 1MB");
        }
        String unit = matcher.group(2);
        double factor = unit == null ? 1 : unit.equalsIgnoreCase("k") ? 1e3 : 1e6;
        long bytes = (long) (Double.parseDouble(matcher.group(1)) * factor);
        if (bytes < 1) {
            throw new UsageException(option + " is '" + text + "', must be at least 1 byte");
        }
        return bytes;
    }
}
