package dev.tessera.samples.bench;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.dataset.NpyReader;
import dev.tessera.codecs.mixing.CodeVectors;
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
import java.util.List;
import java.util.Locale;

/**
 * Bits per token and speed of the token stream coders, for {@code bench/token-streams.sh}: every method codes and
 * decodes the
 * whole file from a blank state; tokens that do not come back end the run with an error.
 *
 * <p>Arguments: {@code STREAM.u16 SHAPE K STAGES [CODEBOOK.npy]}: tokens as little-endian 16-bit integers, all stages
 * of a
 * position in order; SHAPE is what one grid has, {@code 64x64}, or {@code sequence}; CODEBOOK holds float32 {@code [K
 * x dim]}
 * or {@code [STAGES x K x dim]}. System properties {@code rounds} (default 3, the best counts) and {@code tableBits}.
 */
public final class TokenStreamMain {
    private TokenStreamMain() {}

    public static void main(String[] args) throws IOException {
        int codes = Integer.parseInt(args[2]);
        int stages = Integer.parseInt(args[3]);
        int[] sizes = new int[stages];
        Arrays.fill(sizes, codes);
        Tokens tokens = read(Path.of(args[0]), args[1], sizes);
        int tableBits = Integer.getInteger("tableBits", TokenStreamSpec.DEFAULT_TABLE_BITS);
        System.out.println("| stream | method | codebook | bytes | bits/token | encode Mtokens/s | decode Mtokens/s |");
        System.out.println("|---|---|---|---|---|---|---|");
        measure(args[0], "unknown", new TokenStreamSpec(sizes, List.of(), tableBits), tokens);
        if (args.length > 4) {
            List<CodeVectors> geometry = CodeVectors.of(codebooks(Path.of(args[4]), codes, stages));
            measure(args[0], "known", new TokenStreamSpec(sizes, geometry, tableBits), tokens);
        }
    }

    private static void measure(String name, String codebook, TokenStreamSpec spec, Tokens tokens) throws IOException {
        int rounds = Integer.getInteger("rounds", 3);
        long count = (long) tokens.positions() * tokens.stages();
        for (TokenStreams.Method method : TokenStreams.Method.values()) {
            long encode = Long.MAX_VALUE;
            long decode = Long.MAX_VALUE;
            byte[] bytes = new byte[0];
            for (int r = 0; r < rounds; r++) {
                long start = cpuNanos();
                bytes = TokenStreams.encode(spec, method, tokens);
                long middle = cpuNanos();
                Tokens back = TokenStreams.decode(spec, tokens.shape(), bytes);
                decode = Math.min(decode, cpuNanos() - middle);
                encode = Math.min(encode, middle - start);
                if (!back.equals(tokens)) {
                    throw new IllegalStateException(name + " does not come back from " + method);
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %s | %d | %.4f | %.3f | %.3f |%n",
                    Path.of(name).getFileName(),
                    method.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                    codebook,
                    bytes.length,
                    8.0 * bytes.length / count,
                    1e3 * count / encode,
                    1e3 * count / decode);
        }
    }

    private static Tokens read(Path file, String shape, int[] sizes) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int[] indices = new int[in.remaining() / 2];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = in.getChar(2 * i);
        }
        int positions = indices.length / sizes.length;
        if (shape.equals("sequence")) {
            return Tokens.ofPositionMajor(new int[] {positions}, sizes, indices);
        }
        String[] extents = shape.split("x");
        int height = Integer.parseInt(extents[0]);
        int width = Integer.parseInt(extents[1]);
        return Tokens.ofPositionMajor(new int[] {positions / (height * width), height, width}, sizes, indices);
    }

    static List<Codebook> codebooks(Path file, int codes, int stages) throws IOException {
        try (NpyReader reader = NpyReader.open(file)) {
            float[] values = new float[Math.toIntExact(reader.remaining())];
            reader.readFloats(values);
            int size = values.length / stages;
            List<Codebook> books = new ArrayList<>();
            for (int s = 0; s < stages; s++) {
                books.add(Codebook.of(codes, size / codes, Arrays.copyOfRange(values, s * size, (s + 1) * size)));
            }
            return books;
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }
}
