package dev.tessera.cli;

import dev.tessera.image.PictureCodec;
import dev.tessera.image.transform.LinearImageCodec;
import dev.tessera.image.transform.Tuning;
import java.io.IOException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What files of pictures are to be good at. */
final class TuneOption {
    @Option(
            names = "--tune",
            paramLabel = "M",
            description = "Pictures: the measure to be good at, ms-ssim (default) or psnr; for the model image-linear.",
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

    /** {@code codec}, tuned as was asked for. */
    PictureCodec of(PictureCodec codec) throws IOException {
        if (tuning == null) {
            return codec;
        }
        if (codec instanceof LinearImageCodec linear) {
            return linear.tuned(tuning);
        }
        throw new UsageException("--tune is for the model image-linear, the model "
                + codec.modelFile().config().string("name") + " cannot be tuned");
    }

    /** The measure that sequences are to be good at. */
    Tuning ofSequences() {
        return tuning == null ? Tuning.MS_SSIM : tuning;
    }

    /** What was asked for, for notes. */
    String said() {
        return tuning == null ? "" : ", tuned for " + tuning;
    }

    /** Says that the input is none of what can be tuned. */
    void refuse() {
        if (tuning != null) {
            throw new UsageException("--tune is for pictures that are not kept exactly");
        }
    }
}
