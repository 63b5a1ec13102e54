package dev.tessera.samples;

import dev.tessera.codebook.CodebookUsage;
import dev.tessera.codebook.Tokens;
import dev.tessera.codebook.UsageCounter;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageModel;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * How well the first codebook of the shipped image model is used on a few pictures. With few tokens no codebook can be used
 * well, so the figure stands beside the one that uniform tokens would reach.
 *
 * <p>Arguments: picture files (default: the four photos of {@code samples/media}).
 */
public final class UtilizationExample {
    private UtilizationExample() {}

    public static void main(String[] args) throws IOException {
        List<String> files = args.length > 0
                ? List.of(args)
                : List.of(
                        "media/photo-astronaut.png",
                        "media/photo-clownfish.jpg",
                        "media/photo-coffee.jpg",
                        "media/photo-lionfish.jpg");
        ImageModel model = ImageModel.load(ModelRegistry.load().defaultModel(Media.IMAGE));

        UsageCounter counter = null;
        for (String file : files) {
            Image photo = ImageFiles.read(Path.of(file));
            Tokens tokens = model.tokenizer().tokenize(photo);
            if (counter == null) {
                counter = new UsageCounter(tokens.codebookSize(0));
            }
            counter.add(tokens, 0);
            print(file, counter.usage());
        }
    }

    private static void print(String upTo, CodebookUsage usage) {
        System.out.printf(
                Locale.ROOT,
                "up to %s: %d tokens, K %d, utilization %.3f of at most %.3f expected, perplexity %.1f, %d dead codes%n",
                upTo,
                usage.tokens(),
                usage.codebookSize(),
                usage.utilization(),
                usage.utilizationCeiling(),
                usage.perplexity(),
                usage.deadCodes());
    }
}
