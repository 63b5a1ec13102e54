package dev.tessera.cli;

import dev.tessera.image.PictureCodec;
import dev.tessera.image.transform.LinearImageCodec;
import dev.tessera.image.transform.Tuning;
import java.io.IOException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What files of pictures are to be good at, and how long that may take. */
final class EncoderOptions {
    private static final int USUAL_EFFORT = 5;

    @Option(
            names = "--tune",
            paramLabel = "M",
            description =
                    "Pictures: the measure to be good at, ms-ssim (default) or psnr; for the model image-linear-2.",
            converter = TuningConverter.class)
    private Tuning tuning;

    /** Measures are lower case on the command line. */
    static final class TuningConverter implements ITypeConverter<Tuning> {
        @Override
        public Tuning convert(String value) {
            return switch (value) {
                case "ms-ssim" -> Tuning.MS_SSIM;
                case "psnr" -> Tuning.PSNR;
                default -> throw new TypeConversionException("'" + value + "' must be ms-ssim or psnr");
            };
        }
    }

    @Option(
            names = "--effort",
            paramLabel = "1..9",
            description =
                    "Pictures: how many ways to code a block are tried, 5 by default; for the model image-linear-2.")
    private Integer effort;

    /** {@code codec} as was asked for. */
    PictureCodec of(PictureCodec codec) throws IOException {
        if (tuning == null && effort == null) {
            return codec;
        }
        if (codec instanceof LinearImageCodec linear) {
            LinearImageCodec tuned = tuning == null ? linear : linear.tuned(tuning);
            return effort == null ? tuned : tuned.withEffort(checkedEffort());
        }
        throw new UsageException(names() + " is for the model image-linear-2, not for the model "
                + codec.modelFile().config().string("name"));
    }

    /** The measure that sequences are to be good at. */
    Tuning ofSequences() {
        return tuning == null ? Tuning.MS_SSIM : tuning;
    }

    int effortOfSequences() {
        return effort == null ? USUAL_EFFORT : checkedEffort();
    }

    private int checkedEffort() {
        if (effort < 1 || effort > 9) {
            throw new UsageException("--effort is " + effort + ", must be in [1, 9]");
        }
        return effort;
    }

    /** What was asked for, for notes. */
    String said() {
        return (tuning == null ? "" : ", tuned for " + tuning) + (effort == null ? "" : ", effort " + effort);
    }

    /** Says that the input is none of what has these options. */
    void refuse() {
        if (tuning != null || effort != null) {
            throw new UsageException(names() + " is for pictures that are not kept exactly");
        }
    }

    private String names() {
        return tuning == null ? "--effort" : effort == null ? "--tune" : "--tune with --effort";
    }
}
