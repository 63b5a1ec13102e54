package dev.tessera.samples.bench;

import dev.tessera.audio.AudioModel;
import dev.tessera.audio.NeuralAudioModel;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.image.ImageModel;
import dev.tessera.image.NeuralImageModel;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.ModelRegistry;
import dev.tessera.vqmodels.lowbit.ScalarFormat;
import dev.tessera.vqmodels.lowbit.WeightFormat;
import dev.tessera.vqmodels.quantize.Calibration;
import dev.tessera.vqmodels.quantize.QuantizedLayer;
import dev.tessera.vqmodels.quantize.QuantizedTokenizer;
import dev.tessera.vqmodels.quantize.TokenizerQuantizer;
import dev.tessera.vqmodels.quantize.WeightMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Neural tokenizers in every width by every method, for {@code bench/quantized-models.sh}: bytes, quality, equal tokens, and the error
 * of the outputs of the layers against that of the first method of the width.
 *
 * <p>Arguments: a folder as {@code samples/data/fetch-data.sh} made it; a model; widths, default all.
 */
public final class QuantizedModelsMain {
    private static final int CALIBRATION_PHOTOS = 16;
    private static final int CALIBRATION_SOUNDS = 8; // of a folder
    private static final int EVERY = 6; // photo of the validation set
    private static final int SOUNDS = 3; // of a folder of the validation set

    /** A row of the table, rounded to nearest before any other. */
    private record Way(WeightMethod method, boolean rotated) {
        @Override
        public String toString() {
            return method.methodName() + (rotated ? " --rotate" : "");
        }
    }

    private static final List<Way> SCALAR = List.of(
            new Way(WeightMethod.RTN, false),
            new Way(WeightMethod.GPTQ, false),
            new Way(WeightMethod.QUANTEASE, false),
            new Way(WeightMethod.ROUND, false),
            new Way(WeightMethod.ROUND, true));
    private static final List<Way> VECTORS = List.of(
            new Way(WeightMethod.KMEANS, false), new Way(WeightMethod.VPTQ, false), new Way(WeightMethod.VPTQ, true));

    /** What is stored for a weight. */
    private enum Width {
        INT8(WeightFormat.INT8, 0),
        INT4(WeightFormat.INT4, 0),
        INT3(WeightFormat.INT3, 0),
        INT2(WeightFormat.INT2, 0),
        TERNARY(WeightFormat.TERNARY, 0),
        VQ16_2(WeightFormat.VQ16, 2),
        VQ16_4(WeightFormat.VQ16, 4);

        private final WeightFormat format;
        private final int dim; // of vectors, else 0

        Width(WeightFormat format, int dim) {
            this.format = format;
            this.dim = dim;
        }

        List<Way> ways() {
            return dim == 0 ? SCALAR : VECTORS;
        }

        TokenizerQuantizer quantizer(Way way, Calibration calibration) {
            TokenizerQuantizer plain = dim == 0
                    ? TokenizerQuantizer.scalar(ScalarFormat.standard(format), way.method, calibration, 1)
                    : TokenizerQuantizer.vectors(format, way.method, calibration, 1)
                            .dim(dim);
            return way.rotated ? plain.rotated() : plain;
        }

        @Override
        public String toString() {
            return format.formatName() + (dim == 0 ? "" : " --dim " + dim);
        }
    }

    /** Opens a model as a subject. */
    private interface Opener<T> {
        NeuralSubject<T> open(ModelFile model) throws IOException;
    }

    /** Reads an item. */
    private interface Reader<T> {
        T read(Path file) throws IOException;
    }

    /** The mean quality of the held-out items, and their tokens. */
    private record Trial(double quality, List<Tokens> tokens) {
        /** Share of positions with the same index in {@code stage}. */
        double equal(Trial other, int stage) {
            long same = 0;
            long all = 0;
            for (int i = 0; i < tokens.size(); i++) {
                Tokens mine = tokens.get(i);
                for (int position = 0; position < mine.positions(); position++) {
                    same += mine.index(stage, position) == other.tokens.get(i).index(stage, position) ? 1 : 0;
                }
                all += mine.positions();
            }
            return (double) same / all;
        }
    }

    private QuantizedModelsMain() {}

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        ModelFile model = ModelRegistry.load().find(args[1]);
        List<Width> widths = args.length == 2
                ? List.of(Width.values())
                : Stream.of(args)
                        .skip(2)
                        .map(name -> Width.valueOf(name.toUpperCase(Locale.ROOT)))
                        .toList();
        if (model.config().has("media") && model.config().string("media").equals("audio")) {
            List<Path> calibration = new ArrayList<>();
            for (String kind : List.of("speech", "music", "effects")) {
                calibration.addAll(some(folder.resolve("audio/train/" + kind), CALIBRATION_SOUNDS));
            }
            List<Path> heldOut = new ArrayList<>();
            for (String kind : List.of("speech", "music")) {
                heldOut.addAll(files(folder.resolve("audio/valid/" + kind)).subList(0, SOUNDS));
            }
            run(
                    model,
                    widths,
                    "mel distance",
                    file -> NeuralSubject.of((NeuralAudioModel) AudioModel.load(file)),
                    NeuralSubject::sound,
                    calibration,
                    heldOut);
        } else {
            List<Path> valid = files(folder.resolve("images/valid"));
            run(
                    model,
                    widths,
                    "PSNR, dB",
                    file -> NeuralSubject.of((NeuralImageModel) ImageModel.load(file)),
                    NeuralSubject::picture,
                    some(folder.resolve("images/train"), CALIBRATION_PHOTOS),
                    IntStream.range(0, valid.size())
                            .filter(i -> i % EVERY == 0)
                            .mapToObj(valid::get)
                            .toList());
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    /** {@code count} files of {@code folder}, evenly spread. */
    private static List<Path> some(Path folder, int count) throws IOException {
        List<Path> all = files(folder);
        int taken = Math.min(count, all.size());
        return IntStream.range(0, taken)
                .mapToObj(i -> all.get((int) ((long) i * all.size() / taken)))
                .toList();
    }

    private static <T> void run(
            ModelFile model,
            List<Width> widths,
            String metric,
            Opener<T> opener,
            Reader<T> reader,
            List<Path> calibrationFiles,
            List<Path> heldOutFiles)
            throws IOException {
        NeuralSubject<T> original = opener.open(model);
        Calibration calibration = new Calibration(1);
        for (Path file : calibrationFiles) {
            original.observation().accept(reader.read(file), calibration);
        }
        List<T> heldOut = new ArrayList<>();
        for (Path file : heldOutFiles) {
            heldOut.add(reader.read(file));
        }
        Trial before = tryOut(original, heldOut);
        int last = original.tokenizer().quantizer().stages() - 1;
        System.out.println("| weights | method | MB | bits a weight | " + metric + " | equal tokens, %"
                + " | output MSE against the first, mean | worst layer |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        System.out.printf(
                Locale.ROOT, "| as it is | | %.2f | | %.4f | | | |%n", model.sizeBytes() / 1e6, before.quality);
        for (Width width : widths) {
            Map<String, Double> first = new HashMap<>();
            for (Way way : width.ways()) {
                QuantizedTokenizer made = width.quantizer(way, calibration).quantize(model);
                Trial after = tryOut(opener.open(made.model()), heldOut);
                System.out.println(row(width, way, made, before, after, last) + against(made, first));
            }
        }
    }

    private static <T> Trial tryOut(NeuralSubject<T> subject, List<T> items) {
        Tokenizer<T> tokenizer = subject.tokenizer();
        double sum = 0;
        List<Tokens> tokens = new ArrayList<>();
        for (T item : items) {
            tokens.add(tokenizer.tokenize(item));
            sum += subject.quality().applyAsDouble(item, tokenizer.detokenize(tokens.getLast()));
        }
        return new Trial(sum / items.size(), tokens);
    }

    private static String row(Width width, Way way, QuantizedTokenizer made, Trial before, Trial after, int last) {
        long bytes = 0;
        long weights = 0;
        for (QuantizedLayer layer : made.layers()) {
            if (layer.format().equals(Optional.of(width.format))) {
                bytes += layer.bytes();
                weights += (long) layer.rows() * layer.cols();
            }
        }
        String equal = String.format(Locale.ROOT, "%.1f", 100 * before.equal(after, 0));
        if (last > 0) {
            equal += String.format(Locale.ROOT, ", stage %d %.1f", last, 100 * before.equal(after, last));
        }
        return String.format(
                Locale.ROOT,
                "| `%s` | `%s` | %.2f | %.2f | %.4f | %s |",
                width,
                way,
                made.model().sizeBytes() / 1e6,
                8.0 * bytes / weights,
                after.quality,
                equal);
    }

    /** What the error of a layer's output is over that of the first method, which fills {@code first}. */
    private static String against(QuantizedTokenizer made, Map<String, Double> first) {
        boolean fill = first.isEmpty();
        double sum = 0;
        double worst = 0;
        int count = 0;
        for (QuantizedLayer layer : made.layers()) {
            if (layer.format().isEmpty() || layer.noise().isEmpty()) {
                continue;
            }
            double error = layer.noise().get().error();
            if (fill) {
                first.put(layer.name(), error);
            }
            double ratio = error / first.get(layer.name());
            sum += ratio;
            worst = Math.max(worst, ratio);
            count++;
        }
        return fill
                ? " | |"
                : String.format(Locale.ROOT, " %.1f %% | %.1f %% |", 100 * (sum / count - 1), 100 * (worst - 1));
    }
}
