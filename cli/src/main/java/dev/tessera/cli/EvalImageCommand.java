package dev.tessera.cli;

import dev.tessera.eval.ImageMetrics;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tessera eval image}: how near a picture is to its original. */
@Command(name = "image", description = "Measure how near a picture is to its original.")
final class EvalImageCommand extends TesseraCommand {
    @Parameters(index = "0", paramLabel = "REF", description = "The original.")
    private Path reference;

    @Parameters(index = "1", paramLabel = "DIST", description = "What became of it.")
    private Path distorted;

    @Mixin
    private LimitOptions limits;

    @Override
    int execute() throws IOException {
        Image a = ImageFiles.read(Files.readAllBytes(reference), reference.toString(), limits.maxPixels);
        Image b = ImageFiles.read(Files.readAllBytes(distorted), distorted.toString(), limits.maxPixels);
        if (a.width() != b.width() || a.height() != b.height()) {
            throw new UsageException(
                    "sizes differ: " + a.width() + " x " + a.height() + " and " + b.width() + " x " + b.height());
        }
        ImageMetrics metrics = ImageMetrics.of(a.toRgb8(), b.toRgb8(), a.width(), a.height());
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("psnr", metrics.psnr());
        values.put("ssim", metrics.ssim());
        values.put("ms_ssim", metrics.msSsim());
        values.put("gmsd", metrics.gmsd());
        printValues(values);
        return ExitCode.DONE;
    }
}
