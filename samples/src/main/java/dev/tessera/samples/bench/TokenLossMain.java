package dev.tessera.samples.bench;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrLimits;
import dev.tessera.eval.ImageMetrics;
import dev.tessera.eval.rd.Rgb8;
import dev.tessera.image.Image;
import dev.tessera.image.ImageCodec;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.ImageModel;
import dev.tessera.image.LossFill;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How well lost tokens are restored, for {@code bench/token-loss.sh}: a fifth of the tokens left out at random, and a fifth of the
 * chunks of real files in the layout <i>independent</i>, whose restored pictures are those of {@code decompress --conceal}.
 *
 * <p>Arguments: a folder of photos, or one that holds {@code images/valid}, of which every third photo is taken; models.
 */
public final class TokenLossMain {
    private static final List<String> MODELS = List.of("image-f16", "image-f8", "image-pq16");
    private static final double[] BITS_PER_PIXEL = {0.02, 0.04, 0.08, 0.15};
    private static final double LOST = 0.2;
    private static final int CHECKSUM_BYTES = 4; // behind each chunk of the independent layout
    private static final int SETS = 5; // docs/formats/tsr.md
    private static final int BAND_POSITIONS = 2560;
    private static final int WIDTH = 768;
    private static final int HEIGHT = 512;

    private final ImageModel model;
    private final List<Image> photos;

    /** Sums over photos: undamaged, then each {@link LossFill}. */
    private static final class Means {
        final double[] psnr = new double[1 + LossFill.values().length];
        final double[] msSsim = new double[psnr.length];
        double bitsPerPixel;
        int count;

        void add(int which, Image reference, Image found) {
            ImageMetrics metrics =
                    ImageMetrics.of(reference.toRgb8(), found.toRgb8(), reference.width(), reference.height());
            psnr[which] += metrics.psnr();
            msSsim[which] += metrics.msSsim();
        }

        void say(String model, String what) {
            StringBuilder line = new StringBuilder("| " + model + " | " + what + " |");
            for (int i = 0; i < psnr.length; i++) {
                line.append(String.format(Locale.ROOT, " %.2f / %.3f |", psnr[i] / count, msSsim[i] / count));
            }
            int mean = 1 + LossFill.MEAN.ordinal();
            int prior = 1 + LossFill.PRIOR.ordinal();
            System.out.printf(
                    Locale.ROOT,
                    "%s %+.2f | %+.2f |%n",
                    line,
                    (psnr[prior] - psnr[mean]) / count,
                    (psnr[prior] - psnr[0]) / count);
        }
    }

    private TokenLossMain(ImageModel model, List<Image> photos) {
        this.model = model;
        this.photos = photos;
    }

    public static void main(String[] args) throws IOException {
        List<Image> photos = photos(Path.of(args[0]));
        List<String> models = args.length > 1 ? List.of(args).subList(1, args.length) : MODELS;
        System.out.println("| model | a fifth lost of | undamaged: PSNR, dB / MS-SSIM | mean fill | nearest neighbour"
                + " | restored by the prior | above mean fill, dB | against undamaged, dB |");
        System.out.println("|---|---|---|---|---|---|---|---|");
        ModelRegistry registry = ModelRegistry.load();
        for (String name : models) {
            TokenLossMain bench = new TokenLossMain(ImageModel.load(registry.find(name)), photos);
            bench.tokens(name);
            bench.files(name, new RateTarget.Quality(100));
            for (double rate : BITS_PER_PIXEL) {
                bench.files(name, new RateTarget.Bytes((long) (rate * WIDTH * HEIGHT / 8)));
            }
        }
    }

    static List<Image> photos(Path folder) throws IOException {
        Path valid = folder.resolve("images/valid");
        boolean set = Files.isDirectory(valid);
        List<Path> files;
        try (Stream<Path> all = Files.list(set ? valid : folder)) {
            files = all.sorted().toList();
        }
        List<Image> photos = new ArrayList<>();
        for (int i = 0; i < files.size(); i += set ? 3 : 1) {
            Image image = ImageFiles.read(files.get(i)).composedOn(255);
            Rgb8 picture = new Rgb8(image.width(), image.height(), image.toRgb8()).standardized(WIDTH, HEIGHT);
            photos.add(Image.ofRgb8(WIDTH, HEIGHT, picture.pixels()));
        }
        return photos;
    }

    /** Tokens left out at random, photo i by the seed i. */
    private void tokens(String name) {
        Tokenizer<Image> tokenizer = model.tokenizer();
        Means means = new Means();
        for (Image photo : photos) {
            Tokens tokens = tokenizer.tokenize(photo);
            boolean[] lost = new boolean[tokens.positions()];
            some(lost.length, means.count).forEach(i -> lost[i] = true);
            means.add(0, photo, picture(tokenizer.quantizer().toLatents(tokens)));
            for (LossFill fill : LossFill.values()) {
                means.add(1 + fill.ordinal(), photo, picture(model.restore(tokens, lost, fill)));
            }
            means.count++;
        }
        means.say(name, "tokens");
    }

    /** Chunks of files left out, those of photo i by the seed i; where a photo needs more bytes, the rate is left out. */
    private void files(String name, RateTarget target) throws IOException {
        ImageCodec codec = new ImageCodec(model);
        Means means = new Means();
        int finest = 0;
        for (Image photo : photos) {
            ImageCodec.Compressed compressed;
            try {
                compressed = codec.compress(photo, target, TsrLayout.INDEPENDENT, 1);
            } catch (IllegalArgumentException e) {
                System.err.println(name + ", " + target + ": " + e.getMessage());
                return;
            }
            finest += compressed.finest() ? 1 : 0;
            TsrFile whole = TsrFile.read(compressed.bytes());
            List<Integer> chunks = some(whole.chunkCount(), means.count);
            TsrFile damaged =
                    TsrFile.read(without(compressed.bytes(), whole, chunks), TsrLimits.DEFAULT, Tolerance.CONCEAL);
            boolean[] lost = positions(compressed.tokens().shape(), chunks);
            means.add(0, photo, codec.decompress(whole));
            for (LossFill fill : List.of(LossFill.MEAN, LossFill.NEAREST)) {
                means.add(1 + fill.ordinal(), photo, picture(model.restore(compressed.tokens(), lost, fill)));
            }
            means.add(1 + LossFill.PRIOR.ordinal(), photo, codec.decompress(damaged));
            means.bitsPerPixel += 8.0 * compressed.bytes().length / (WIDTH * HEIGHT);
            means.count++;
        }
        if (target instanceof RateTarget.Bytes && finest == photos.size()) {
            return; // as with the best quality
        }
        means.say(name, String.format(Locale.ROOT, "chunks, %.4f bits per pixel", means.bitsPerPixel / means.count));
    }

    private Image picture(Latents latents) {
        return model.toSize(model.tokenizer().decoder().decode(latents), WIDTH, HEIGHT);
    }

    private static List<Integer> some(int count, long seed) {
        List<Integer> all = new ArrayList<>(IntStream.range(0, count).boxed().toList());
        Collections.shuffle(all, new Random(seed));
        return all.subList(0, (int) Math.round(LOST * count));
    }

    /** {@code file} with some chunks overwritten. */
    private static byte[] without(byte[] file, TsrFile whole, List<Integer> chunks) {
        byte[] damaged = file.clone();
        int[] lengths = whole.chunkBytes();
        int to = file.length;
        for (int i = lengths.length - 1; i >= 0; i--) {
            int from = to - lengths[i] - CHECKSUM_BYTES;
            if (chunks.contains(i)) {
                for (int at = from; at < to; at++) {
                    damaged[at] ^= (byte) 0xFF;
                }
            }
            to = from;
        }
        return damaged;
    }

    /** The positions that some chunks hold; docs/formats/tsr.md says which they are. */
    private static boolean[] positions(int[] grid, List<Integer> chunks) {
        int rows = grid[0];
        int columns = grid[1];
        int bands = Math.clamp((rows * columns + BAND_POSITIONS / 2) / BAND_POSITIONS, 1, rows);
        boolean[] held = new boolean[rows * columns];
        for (int chunk : chunks) {
            int band = chunk / SETS;
            for (int y = rows * band / bands; y < rows * (band + 1) / bands; y++) {
                for (int x = 0; x < columns; x++) {
                    held[y * columns + x] |= (x + 2 * y) % SETS == chunk % SETS;
                }
            }
        }
        return held;
    }
}
