package dev.tessera.codecs;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.armour.DnaArmour;
import dev.tessera.codecs.circuit.LosslessImageCodec;
import dev.tessera.codecs.container.TokenGeometry;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.mixing.CodeVectors;
import dev.tessera.codecs.mixing.MixingPrior;
import dev.tessera.codecs.mixing.TokenArray;
import dev.tessera.codecs.mixing.TokenArrayCodec;
import dev.tessera.codecs.mixing.TokenNetwork;
import dev.tessera.codecs.mixing.TokenNetworkTrainer;
import dev.tessera.codecs.mixing.TokenStreamSpec;
import dev.tessera.codecs.mixing.TokenStreams;
import dev.tessera.codecs.tensor.FloatTensor;
import dev.tessera.codecs.tensor.TensorCodec;
import dev.tessera.codecs.tensor.TensorSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Run by {@link CodecModesTest}: prints a hash of the bytes and of the decoded content of every codec of the module. */
final class CodecDigest {
    private static final int HEIGHT = 12;
    private static final int WIDTH = 20;

    private CodecDigest() {}

    public static void main(String[] args) throws Exception {
        System.out.print(String.join(" ", lines()));
    }

    static List<String> lines() throws Exception {
        List<String> lines = new ArrayList<>();
        tokens(lines);
        TokenGeometry indices = new TokenGeometry(List.of(60, 2), TokenGeometry.ElementType.I4);
        byte[] array = TokenArrayCodec.compress(
                TokenArray.of(indices, new Random(5).longs(120, -3, 600).toArray()), Optional.empty());
        long[] back = TokenArrayCodec.decompress(TsrFile.read(array), Optional.empty())
                .values();
        add(lines, "array", array, Arrays.hashCode(back));
        for (int quality : new int[] {40, TensorCodec.LOSSLESS_QUALITY}) {
            byte[] file = new TensorCodec(TensorSettings.DEFAULT)
                    .compress(FloatTensor.of(List.of(40, 5), series()), new RateTarget.Quality(quality))
                    .bytes();
            float[] values = TensorCodec.decompress(TsrFile.read(file)).values();
            add(lines, "tensor" + quality, file, Arrays.hashCode(values));
        }
        byte[] picture = new byte[3 * HEIGHT * WIDTH];
        for (int i = 0; i < picture.length; i++) {
            picture[i] = (byte) (i / 3 % WIDTH * 7 + i / 3 / WIDTH * 5 + i * i % 11);
        }
        byte[] lossless = LosslessImageCodec.compress(picture, HEIGHT, WIDTH, 3);
        byte[] samples = LosslessImageCodec.decompress(TsrFile.read(lossless)).samples();
        add(lines, "picture", lossless, Arrays.hashCode(samples));
        byte[] strands = DnaArmour.write(picture);
        add(lines, "dna", strands, Arrays.hashCode(DnaArmour.read(strands).data()));
        return lines;
    }

    private static void tokens(List<String> lines) throws Exception {
        int[] sizes = {40, 24};
        int[] shape = {HEIGHT, WIDTH};
        Random random = new Random(1);
        int[] values = new int[HEIGHT * WIDTH * sizes.length];
        for (int i = 0; i < values.length; i++) {
            int near = i < 4 ? 0 : values[i - 4 + i % 2];
            values[i] = Math.floorMod(near + random.nextInt(5) - 2, sizes[i % sizes.length]);
        }
        Tokens tokens = Tokens.ofPositionMajor(shape, sizes, values);
        List<Codebook> books = new ArrayList<>();
        for (int size : sizes) {
            float[] vectors = new float[size * 3];
            for (int i = 0; i < vectors.length; i++) {
                vectors[i] = (float) random.nextGaussian();
            }
            books.add(Codebook.of(size, 3, vectors));
        }
        TokenStreamSpec spec = new TokenStreamSpec(sizes, CodeVectors.of(books), 12);
        for (TokenStreams.Method method : TokenStreams.Method.values()) {
            byte[] stream = TokenStreams.encode(spec, method, tokens);
            add(
                    lines,
                    method.name(),
                    stream,
                    TokenStreams.decode(spec, shape, stream).hashCode());
        }
        TokenNetwork network = TokenNetworkTrainer.train(spec, true, List.of(tokens), 1);
        MixingPrior prior = MixingPrior.learn(spec, true, Optional.of(network), List.of(tokens));
        byte[] stream = TokenStreams.encode(prior, tokens);
        add(lines, "prior", stream, TokenStreams.decode(prior, shape, stream).hashCode());
    }

    private static float[] series() {
        float[] values = new float[200];
        Random random = new Random(4);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (StrictMath.sin(i * 0.1) + 0.1 * random.nextGaussian());
        }
        return values;
    }

    private static void add(List<String> lines, String name, byte[] bytes, int content) {
        lines.add(name + "=" + bytes.length + "/" + Integer.toHexString(Arrays.hashCode(bytes)) + "/"
                + Integer.toHexString(content));
    }
}
