package dev.tessera.samples.fuzz;

import dev.tessera.audio.AudioCodec;
import dev.tessera.audio.AudioModel;
import dev.tessera.audio.AudioSignal;
import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.ResidualQuantizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.armour.DnaArmour;
import dev.tessera.codecs.circuit.LosslessImageCodec;
import dev.tessera.codecs.circuit.LosslessImageCoder;
import dev.tessera.codecs.container.AudioGeometry;
import dev.tessera.codecs.container.Geometry;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.SequenceGeometry;
import dev.tessera.codecs.container.TensorGeometry;
import dev.tessera.codecs.container.TokenGeometry;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrLimits;
import dev.tessera.codecs.dataset.NpyReader;
import dev.tessera.codecs.dataset.NpyType;
import dev.tessera.codecs.dataset.NpyWriter;
import dev.tessera.codecs.dataset.ParquetTokenReader;
import dev.tessera.codecs.dataset.ParquetTokenWriter;
import dev.tessera.codecs.dataset.TokenRecord;
import dev.tessera.codecs.mixing.MixingPrior;
import dev.tessera.codecs.mixing.TokenArray;
import dev.tessera.codecs.mixing.TokenArrayCodec;
import dev.tessera.codecs.mixing.TokenNetwork;
import dev.tessera.codecs.mixing.TokenNetworkTrainer;
import dev.tessera.codecs.mixing.TokenStreamModel;
import dev.tessera.codecs.mixing.TokenStreamSpec;
import dev.tessera.codecs.mixing.TokenStreams;
import dev.tessera.codecs.tensor.FloatTensor;
import dev.tessera.codecs.tensor.TensorCodec;
import dev.tessera.codecs.tensor.TensorSettings;
import dev.tessera.features.FeatureCodec;
import dev.tessera.features.FeatureModel;
import dev.tessera.image.Image;
import dev.tessera.image.ImageCodec;
import dev.tessera.image.ImageModel;
import dev.tessera.image.ImageSequence;
import dev.tessera.image.PictureCodec;
import dev.tessera.image.SequenceFiles;
import dev.tessera.image.transform.LinearImageCodec;
import dev.tessera.image.transform.LinearImageModel;
import dev.tessera.image.transform.SequenceCodec;
import dev.tessera.image.transform.Tuning;
import dev.tessera.samples.bench.SoundStreamMain;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.ModelRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

/** Every reader of the house with small streams of every kind that it reads. */
final class Targets {
    /** Geometry above this is refused, so that what a reader may allocate is known. */
    static final int MAX_PIXELS = 1 << 14;

    private static final TsrLimits LIMITS = new TsrLimits(MAX_PIXELS, 4);
    private static final int TABLE_BITS = 10;

    private Targets() {}

    /** @param work a folder for readers that read files only */
    static List<Target> all(Path work) throws IOException {
        List<Target> targets = new ArrayList<>();
        ModelRegistry registry = ModelRegistry.load();
        ImageCodec images = new ImageCodec(ImageModel.load(registry.find("image-pq16")));
        AudioCodec sounds = new AudioCodec(AudioModel.load(registry.find("audio-mel-mdct")));
        AudioCodec lapped = new AudioCodec(AudioModel.load(registry.find("audio-mel-lapped")));
        AudioCodec scalar = new AudioCodec(AudioModel.load(registry.find("audio-scalar")));
        AudioCodec refining = new AudioCodec(AudioModel.load(registry.find("audio-scalar-2")));
        byte[] rgb = pixels(48, 40);
        Image picture = Image.ofRgb8(48, 40, rgb);
        AudioSignal sound = sound(9_600);
        LinearImageCodec linear = new LinearImageCodec(LinearImageModel.load(registry.defaultCodec(Media.IMAGE)));
        List<byte[]> linearFiles = List.of(
                linear.compress(picture, new RateTarget.Quality(30)),
                linear.compress(picture, new RateTarget.Quality(60)));
        addTsr(
                targets,
                "picture of the linear mode, tsr",
                linearFiles,
                tsr -> linear.decompress(tsr, 1),
                ImageGeometry.class);
        PictureCodec learned = PictureCodec.of(registry.find("image-open"));
        warmUp(learned, refining);
        addTsr(
                targets,
                "picture of the learned mode, tsr",
                List.of(learned.pack(picture, new RateTarget.Quality(40), TsrLayout.SINGLE, 1)
                        .bytes()),
                tsr -> learned.decompress(tsr, 1),
                ImageGeometry.class);
        addSound(targets, "lapped sound tsr", lapped, sound, TsrLayout.SINGLE);
        addSound(targets, "scalar sound tsr", scalar, sound, TsrLayout.SINGLE);
        addSound(targets, "refined sound tsr", refining, sound, TsrLayout.SINGLE);
        addSound(targets, "scalar sound tsr, independent", scalar, sound(36_000), TsrLayout.INDEPENDENT);
        addTsr(
                targets,
                "scalar sound tsr, stream",
                List.of(SoundStreamMain.stream(scalar, sound(36_000), 1, 64)),
                tsr -> scalar.decompress(tsr, 1),
                AudioGeometry.class);
        addSequences(targets, LinearImageModel.load(registry.defaultCodec(Media.IMAGE)));
        for (TsrLayout layout : TsrLayout.values()) {
            String suffix = " tsr, " + layout.name().toLowerCase(Locale.ROOT);
            byte[] file = images.compress(picture, new RateTarget.Quality(30), layout, 1)
                    .bytes();
            addTsr(targets, "picture" + suffix, List.of(file), tsr -> images.decompress(tsr, 1), ImageGeometry.class);
            List<byte[]> files = new ArrayList<>();
            for (int quality : new int[] {5, 40}) {
                files.add(sounds.compress(sound, new RateTarget.Quality(quality), layout)
                        .bytes());
            }
            addTsr(targets, "sound" + suffix, files, tsr -> sounds.decompress(tsr, 1), AudioGeometry.class);
        }
        List<byte[]> tensors = new ArrayList<>();
        for (int quality : new int[] {40, TensorCodec.LOSSLESS_QUALITY}) {
            FloatTensor tensor = FloatTensor.of(List.of(2, 30, 4), values(240));
            tensors.add(new TensorCodec(TensorSettings.DEFAULT)
                    .compress(tensor, new RateTarget.Quality(quality))
                    .bytes());
        }
        addTsr(targets, "tensor tsr", tensors, TensorCodec::decompress, TensorGeometry.class);
        FeatureCodec series = new FeatureCodec(FeatureModel.load(registry.defaultModel(Media.FEATURES)));
        FloatTensor frames = FloatTensor.of(List.of(30, 80), values(2400));
        byte[] named = series.compress(frames, new RateTarget.Quality(100), 1).bytes();
        addTsr(targets, "series tsr", List.of(named), tsr -> series.decompress(tsr, 1), TensorGeometry.class);
        addTokenStreams(targets);
        TokenGeometry indices = new TokenGeometry(List.of(40, 2), TokenGeometry.ElementType.I2);
        long[] tokens = new Random(5).longs(80, -3, 60).toArray();
        byte[] array = TokenArrayCodec.compress(TokenArray.of(indices, tokens), Optional.empty());
        addTsr(
                targets,
                "token tsr",
                List.of(array),
                tsr -> TokenArrayCodec.decompress(tsr, Optional.empty()),
                TokenGeometry.class);
        targets.add(new Target(
                "token tsr, both checksums right",
                List.of(array),
                ForgedTokens::of,
                bytes -> TokenArrayCodec.decompress(TsrFile.read(bytes, LIMITS, Tolerance.NONE), Optional.empty())));
        List<byte[]> exact =
                List.of(LosslessImageCodec.compress(rgb, 40, 48, 3), LosslessImageCodec.compress(rgb, 40, 48 * 3, 1));
        addTsr(targets, "lossless picture tsr", exact, LosslessImageCodec::decompress, ImageGeometry.class);

        LosslessImageCoder circuit = LosslessImageCoder.shipped();
        List<byte[]> lossless = List.of(circuit.encode(rgb, 40, 48, 3), circuit.encode(rgb, 40, 48 * 3, 1));
        targets.add(new Target("circuit", lossless, bytes -> circuit.decode(bytes, MAX_PIXELS)));
        targets.add(new Target(
                "circuit, right checksum",
                lossless,
                Targets::forgeCircuit,
                bytes -> circuit.decode(bytes, MAX_PIXELS)));

        byte[] armoured = DnaArmour.write(Arrays.copyOf(rgb, 300));
        targets.add(new Target("DNA armour", List.of(armoured), DnaArmour::read));
        targets.add(new Target("npy", npys(), Targets::readNpy));
        Path parquet = work.resolve("mutated.parquet");
        targets.add(new Target("Parquet", parquets(work), bytes -> {
            Files.write(parquet, bytes);
            try (ParquetTokenReader reader = ParquetTokenReader.open(parquet)) {
                while (reader.next().isPresent()) {}
            }
        }));
        targets.add(
                new Target("safetensors", List.of(model()), bytes -> CodebookFile.quantizer(ModelFile.read(bytes))));
        return targets;
    }

    /** Files of one layout, with the envelope alone and with a waveform. */
    /**
     * Runs networks for a while: until the second compiler has seen their kernels each vector is an object, which would count as an
     * allocation of the reader.
     */
    private static void warmUp(PictureCodec pictures, AudioCodec sounds) throws IOException {
        pictures.pack(Image.ofRgb8(320, 320, pixels(320, 320)), new RateTarget.Quality(90), TsrLayout.SINGLE, 1);
        byte[] file = sounds.compress(sound(128_000), new RateTarget.Quality(40), TsrLayout.SINGLE)
                .bytes();
        sounds.decompress(TsrFile.read(file), 1);
    }

    private static void addSound(
            List<Target> targets, String name, AudioCodec codec, AudioSignal sound, TsrLayout layout) {
        List<byte[]> files = new ArrayList<>();
        for (int quality : new int[] {5, 40}) {
            files.add(codec.compress(sound, new RateTarget.Quality(quality), layout)
                    .bytes());
        }
        addTsr(targets, name, files, tsr -> codec.decompress(tsr, 1), AudioGeometry.class);
    }

    /** Moving pictures as {@code .tsr} and as Y4M and APNG. */
    private static void addSequences(List<Target> targets, LinearImageModel model) throws IOException {
        ImageSequence.Builder frames = ImageSequence.builder(24, 20, 25, 1);
        for (int i = 0; i < 3; i++) {
            frames.add(Image.ofRgb8(48, 40, pixels(48, 40)).crop(4 * i, 3, 24, 20), 1);
        }
        ImageSequence sequence = frames.build();
        SequenceCodec codec = new SequenceCodec(model, Tuning.PSNR);
        byte[] file = codec.compress(sequence, new RateTarget.Quality(40)).bytes();
        addTsr(targets, "sequence tsr", List.of(file), codec::decompress, SequenceGeometry.class);
        ByteArrayOutputStream y4m = new ByteArrayOutputStream();
        SequenceFiles.writeY4m(sequence, y4m);
        ByteArrayOutputStream apng = new ByteArrayOutputStream();
        SequenceFiles.writeApng(sequence, apng);
        targets.add(new Target(
                "Y4M and APNG",
                List.of(y4m.toByteArray(), apng.toByteArray()),
                bytes -> SequenceFiles.read(bytes, "mutated", MAX_PIXELS)));
    }

    /** What decodes a file that has been read. */
    private interface TsrDecoder {
        Object decode(TsrFile file) throws IOException;
    }

    private static void addTsr(
            List<Target> targets,
            String name,
            List<byte[]> files,
            TsrDecoder decoder,
            Class<? extends Geometry> media) {
        Target.Reader reader = bytes -> {
            for (Tolerance tolerance : Tolerance.values()) {
                TsrFile file;
                try {
                    file = TsrFile.read(bytes, LIMITS, tolerance);
                } catch (CorruptBitstreamException e) {
                    if (tolerance == Tolerance.values()[Tolerance.values().length - 1]) {
                        throw e;
                    }
                    continue; // more may be tolerated
                }
                if (media.isInstance(file.header().geometry())) {
                    decoder.decode(file);
                }
                return;
            }
        };
        targets.add(new Target(name, files, reader));
        targets.add(new Target(name + ", right checksum", files, Targets::forgeTsr, reader));
    }

    /** Other chunks, extents and parameters under correct checksums. */
    private static byte[] forgeTsr(byte[] stream, Random random) throws IOException {
        TsrFile file = TsrFile.read(stream);
        List<byte[]> chunks = new ArrayList<>();
        for (int i = 0; i < file.chunkCount(); i++) {
            byte[] chunk = file.chunk(i).orElseThrow();
            chunks.add(random.nextInt(file.chunkCount()) == 0 ? Mutator.mutate(chunk, random) : chunk);
        }
        if (file.layout() != TsrLayout.SINGLE && random.nextInt(4) == 0) {
            chunks.add(chunks.get(random.nextInt(chunks.size())));
        }
        TsrHeader header = file.header();
        Geometry geometry = random.nextInt(4) != 0
                ? header.geometry()
                : switch (header.geometry()) {
                    case ImageGeometry _ -> new ImageGeometry(random.nextInt(1, 200), random.nextInt(1, 200));
                    case SequenceGeometry _ ->
                        new SequenceGeometry(
                                random.nextInt(1, 60),
                                random.nextInt(1, 60),
                                random.nextInt(1, 20),
                                random.nextInt(1, 60),
                                1);
                    case AudioGeometry _ ->
                        new AudioGeometry(
                                random.nextInt(40_000),
                                random.nextBoolean() ? 24_000 : random.nextInt(1, 96_000),
                                random.nextInt(1, 4));
                    case TensorGeometry tensor ->
                        new TensorGeometry(
                                random.ints(random.nextInt(1, 5), 0, 20).boxed().toList(), tensor.type());
                    case TokenGeometry _ ->
                        new TokenGeometry(
                                random.ints(random.nextInt(1, 5), 0, 20).boxed().toList(),
                                TokenGeometry.ElementType.values()[random.nextInt(8)]);
                };
        int parameters = random.nextInt(4) != 0 ? header.parameters() : random.nextInt(1 << random.nextInt(1, 28));
        return TsrFile.write(new TsrHeader(header.model(), geometry, parameters), file.layout(), chunks);
    }

    /** Head fields or payload changed, CRC-32 of both set right; five bytes and two varints, the checksum, the payload. */
    private static byte[] forgeCircuit(byte[] stream, Random random) {
        int head = 5;
        for (int field = 0; field < 2; field++) {
            while (stream[head++] < 0) {}
        }
        byte[] start = Arrays.copyOf(stream, head);
        byte[] payload = Arrays.copyOfRange(stream, head + 4, stream.length);
        if (random.nextInt(3) == 0) {
            start[random.nextInt(3, head)] = (byte) random.nextInt(128);
        } else {
            payload = Mutator.mutate(payload, random);
        }
        CRC32 crc = new CRC32();
        crc.update(start);
        crc.update(payload);
        byte[] forged = Arrays.copyOf(start, head + 4 + payload.length);
        ByteBuffer.wrap(forged).putInt(head, (int) crc.getValue());
        System.arraycopy(payload, 0, forged, head + 4, payload.length);
        return forged;
    }

    private static void addTokenStreams(List<Target> targets) {
        int[] sizes = {50, 20};
        int[] shape = {6, 8};
        TokenStreamSpec spec = new TokenStreamSpec(sizes, List.of(), TABLE_BITS);
        Random random = new Random(1);
        Tokens tokens = Tokens.ofPositionMajor(
                shape,
                sizes,
                IntStream.range(0, 96).map(i -> random.nextInt(sizes[i % 2])).toArray());
        for (TokenStreams.Method method : TokenStreams.Method.values()) {
            String name = "tokens, " + method.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            byte[] stream = TokenStreams.encode(spec, method, tokens);
            targets.add(new Target(name, List.of(stream), bytes -> TokenStreams.decode(spec, shape, bytes)));
            targets.add(new Target(name + ", payload", List.of(stream), bytes -> {
                TokenStreamModel model = method.model(spec, shape[0], shape[1]);
                RangeDecoder decoder = new RangeDecoder(bytes);
                for (int i = 0; i < 96; i++) {
                    int index = model.decode(decoder);
                    if (index < 0 || index >= sizes[i % 2]) {
                        throw new IllegalStateException("index " + index + " of stage " + i % 2);
                    }
                }
            }));
        }
        MixingPrior prior = MixingPrior.learn(spec, true, List.of(tokens));
        byte[] stream = TokenStreams.encode(prior, tokens);
        targets.add(new Target("tokens, prior", List.of(stream), bytes -> TokenStreams.decode(prior, shape, bytes)));
        targets.add(new Target(
                "prior",
                List.of(prior.bytes()),
                bytes -> TokenStreams.encode(MixingPrior.of(spec, true, bytes), tokens)));
        TokenNetwork network = TokenNetworkTrainer.train(spec, true, List.of(tokens), 1);
        targets.add(new Target("network of a prior", List.of(network.bytes()), bytes -> {
            TokenNetwork read = TokenNetwork.of(spec, true, bytes);
            TokenStreams.encode(MixingPrior.learn(spec, true, Optional.of(read), List.of()), tokens);
        }));
    }

    private static List<byte[]> npys() throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (NpyType type : List.of(NpyType.U2, NpyType.I4, NpyType.I8, NpyType.F2, NpyType.F4)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (NpyWriter writer = new NpyWriter(out, type, 3, 5)) {
                if (type.isFloat()) {
                    writer.writeFloats(values(15));
                } else {
                    writer.writeInts(IntStream.range(0, 15).toArray());
                }
            }
            files.add(out.toByteArray());
        }
        return files;
    }

    private static void readNpy(byte[] bytes) throws IOException {
        try (NpyReader reader = NpyReader.open(bytes)) {
            int count = (int) Math.min(reader.remaining(), MAX_PIXELS);
            if (reader.type().isFloat()) {
                reader.readFloats(new float[count]);
            } else {
                reader.readLongs(new long[count]);
            }
        }
    }

    private static List<byte[]> parquets(Path work) throws IOException {
        List<byte[]> files = new ArrayList<>();
        for (long codes : new long[] {1024, 1 << 20}) {
            Path file = work.resolve("whole-" + codes + ".parquet");
            try (ParquetTokenWriter writer = ParquetTokenWriter.builder(file)
                    .codebookSize(codes)
                    .labels()
                    .sound()
                    .build()) {
                for (int row = 0; row < 9; row++) {
                    int[] tokens = new Random(row).ints(12 + row, 0, 1000).toArray();
                    writer.write(TokenRecord.of("row" + row, new int[] {tokens.length}, tokens)
                            .withLabel(row)
                            .withSound(16_000, 16_000));
                }
                writer.commit();
            }
            files.add(Files.readAllBytes(file));
        }
        return files;
    }

    private static byte[] model() throws IOException {
        List<Codebook> stages = List.of(Codebook.of(8, 3, values(24)), Codebook.of(4, 3, values(12)));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CodebookFile.of(new ResidualQuantizer(stages), "test", 1).write(out);
        return out.toByteArray();
    }

    private static byte[] pixels(int width, int height) {
        byte[] rgb = new byte[width * height * 3];
        Random random = new Random(2);
        for (int i = 0; i < rgb.length; i++) {
            rgb[i] = (byte) (128
                    + 60 * StrictMath.sin(i / 3 % width * 0.2) * StrictMath.cos(i / 3 / width * 0.3)
                    + 10 * (i % 3)
                    + random.nextInt(9));
        }
        return rgb;
    }

    private static AudioSignal sound(int samples) {
        float[] wave = new float[samples];
        Random random = new Random(3);
        for (int i = 0; i < samples; i++) {
            wave[i] = (float) (0.3 * StrictMath.sin(i * 0.05) + 0.02 * random.nextGaussian());
        }
        return AudioSignal.mono(24_000, wave);
    }

    private static float[] values(int count) {
        float[] values = new float[count];
        Random random = new Random(4);
        for (int i = 0; i < count; i++) {
            values[i] = (float) (StrictMath.sin(i * 0.1) + 0.1 * random.nextGaussian());
        }
        return values;
    }
}
