package dev.tessera.samples.bench;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.GridPrior;
import dev.tessera.codecs.GridSpec;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.mixing.CodeVectors;
import dev.tessera.codecs.mixing.MixingPrior;
import dev.tessera.codecs.mixing.TokenNetwork;
import dev.tessera.codecs.mixing.TokenNetworkTrainer;
import dev.tessera.codecs.mixing.TokenStreamSpec;
import dev.tessera.codecs.mixing.TokenStreams;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;

/**
 * Single token files with a shipped prior, for {@code bench/single-files.sh}: learns the prior from the training files of a
 * stream that {@code single_files.py} built and codes every held-out file by itself from that prior; files that do not come
 * back end the run with an error. Prints a line for each held-out file: name, tokens, and the bytes by the mixing model with and
 * without knowledge of the codebook, by the grid model, and by the mixing model without a prior. The size and the speed of the
 * mixing model with a prior go to stderr.
 *
 * <p>Arguments: {@code WORK_DIR STREAM K STAGES}. With {@code -DheldOut=train} a tenth of the training pictures and sounds, whole
 * files of the set, are held out in place of valid: settings are chosen there. {@code -Depochs} (default 3) trains the network of the
 * prior for so long; 0 for none.
 */
public final class SingleFilesMain {
    private static final int TABLE_BITS = 18;

    private SingleFilesMain() {}

    private record TokenFile(String name, Tokens tokens) {}

    public static void main(String[] args) throws IOException {
        Path work = Path.of(args[0]);
        int stages = Integer.parseInt(args[3]);
        int[] sizes = new int[stages];
        Arrays.fill(sizes, Integer.parseInt(args[2]));
        List<TokenFile> train = read(work, args[1], "train", sizes);
        List<TokenFile> valid;
        if (System.getProperty("heldOut", "valid").equals("train")) {
            valid = train.stream().filter(SingleFilesMain::isHeldOut).toList();
            train.removeIf(SingleFilesMain::isHeldOut);
        } else {
            valid = read(work, args[1], "valid", sizes);
        }
        Collections.shuffle(train, new Random(1));
        boolean isGrid = train.stream().anyMatch(f -> f.tokens.shape()[0] > 1);
        List<Tokens> files = train.stream().map(TokenFile::tokens).toList();
        TokenStreamSpec known = new TokenStreamSpec(
                sizes,
                CodeVectors.of(TokenStreamMain.codebooks(work.resolve(args[1] + ".codebook.npy"), sizes[0], stages)),
                TABLE_BITS);
        int epochs = Integer.getInteger("epochs", 3);
        Optional<TokenNetwork> network =
                epochs == 0 ? Optional.empty() : Optional.of(TokenNetworkTrainer.train(known, isGrid, files, epochs));
        MixingPrior prior = MixingPrior.learn(known, isGrid, network, files);
        MixingPrior plain = MixingPrior.learn(new TokenStreamSpec(sizes, List.of(), TABLE_BITS), isGrid, files);
        GridPrior grid = gridPrior(GridSpec.of(sizes, false), files);
        for (TokenFile file : valid) {
            byte[] bytes = TokenStreams.encode(prior, file.tokens);
            if (!TokenStreams.decode(prior, file.tokens.shape(), bytes).equals(file.tokens)) {
                throw new IllegalStateException(file.name + " does not come back");
            }
            System.out.println(file.name + " " + file.tokens.positions() * stages + " " + bytes.length + " "
                    + TokenStreams.encode(plain, file.tokens).length + " "
                    + gridBytes(grid, file.tokens) + " "
                    + TokenStreams.encode(known, TokenStreams.Method.MIXING, file.tokens).length);
        }
        System.err.printf(
                Locale.ROOT,
                "%s: prior of %d bytes, network of %d, %.3f Mtokens/s to code files one by one%n",
                args[1],
                prior.bytes().length,
                network.map(n -> n.bytes().length).orElse(0),
                speed(prior, valid));
    }

    /** Mtokens a second of CPU time when every file is coded by itself; warmed up, and the median of three times all files. */
    private static double speed(MixingPrior prior, List<TokenFile> files) {
        double[] speeds = new double[3];
        for (int round = 0; round < speeds.length; round++) {
            long start = cpuNanos();
            long tokens = 0;
            for (TokenFile file : files) {
                TokenStreams.encode(prior, file.tokens);
                tokens += (long) file.tokens.positions() * file.tokens.stages();
            }
            speeds[round] = 1e3 * tokens / (cpuNanos() - start);
        }
        Arrays.sort(speeds);
        return speeds[1];
    }

    /** The same for both views of a picture and for all clips of a sound. */
    private static boolean isHeldOut(TokenFile file) {
        String source = file.name.replaceAll("-(mirror|[0-9]+)$", "");
        return (source.hashCode() * 0x9E3779B1 >>> 8) % 10 == 0;
    }

    private static GridPrior gridPrior(GridSpec spec, List<Tokens> files) {
        GridModel model = new GridModel(GridPrior.blank(spec), 0, 0);
        for (Tokens file : files) {
            model = model.next(file.shape()[0], file.shape()[1]);
            code(model, null, file);
        }
        return model.toPrior();
    }

    private static int gridBytes(GridPrior prior, Tokens file) {
        RangeEncoder encoder = new RangeEncoder();
        code(new GridModel(prior, file.shape()[0], file.shape()[1]), encoder, file);
        return encoder.finish().length;
    }

    private static void code(GridModel model, RangeEncoder encoder, Tokens file) {
        int width = file.shape()[1];
        for (int p = 0; p < file.positions(); p++) {
            for (int s = 0; s < file.stages(); s++) {
                if (encoder == null) {
                    model.observe(s, p / width, p % width, file.index(s, p));
                } else {
                    model.encode(encoder, s, p / width, p % width, file.index(s, p));
                }
            }
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static List<TokenFile> read(Path work, String stream, String part, int[] sizes) throws IOException {
        List<TokenFile> files = new ArrayList<>();
        for (String line : Files.readAllLines(work.resolve(stream + ".index"))) {
            String[] fields = line.split(" ");
            if (fields[0].equals(part)) {
                ByteBuffer in = ByteBuffer.wrap(
                                Files.readAllBytes(work.resolve(stream).resolve(fields[1] + ".u16")))
                        .order(ByteOrder.LITTLE_ENDIAN);
                int[] indices = new int[in.remaining() / 2];
                Arrays.setAll(indices, i -> in.getChar(2 * i));
                int[] shape = {Integer.parseInt(fields[2]), Integer.parseInt(fields[3])};
                files.add(new TokenFile(fields[1], Tokens.ofPositionMajor(shape, sizes, indices)));
            }
        }
        return files;
    }
}
