package dev.tessera.samples.peers;

import static org.bytedeco.pytorch.global.torch.set_num_threads;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Quantizer;
import dev.tessera.vqmodels.CodebookFile;
import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.nn.FeatureMap;
import dev.tessera.vqmodels.nn.Network;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * A neural tokenizer end to end, pictures of 256 x 256 or ten seconds of sound to tokens and back, on two threads: own inference, ONNX
 * Runtime and libtorch with the same graph and weights in turn in one process, median wall time of a picture or sound.
 *
 * <p>Of image models with one codebook all is timed but colour conversion: encoder, nearest code vectors, decoder. Of others the
 * networks alone, and of audio models what is between both Fourier transforms, which ONNX cannot invert.
 *
 * <p>Arguments: {@code MODEL.safetensors [ROUNDS]}; {@code samples/bench/network-peers.sh} runs it.
 */
public final class TokenizerPeerMain {
    static final String CODEBOOK = "quantizer.0.codebook";

    private static final int THREADS = 2;
    private static final int[] BATCHES = {1, 8, 32};
    private static final int SIDE = 256;
    private static final int SECONDS = 10;
    private static final double WARM_UP_NANOS = 6e9;

    private TokenizerPeerMain() {}

    /** Runs a batch. */
    private interface Call {
        float[] run() throws Exception;
    }

    private record Runner(String name, int batch, Call call, List<Double> seconds) {
        Runner(String name, int batch, Call call) {
            this(name, batch, call, new ArrayList<>());
        }
    }

    /** The networks on their own and what is between them. */
    private record Own(Network encoder, Network decoder, Quantizer quantizer) {
        float[] run(float[] x, int height, int width, int threads) {
            FeatureMap latents = encoder.run(FeatureMap.of(encoder.inChannels(), height, width, x), threads);
            if (quantizer == null) {
                return decoder.run(latents, threads).toArray();
            }
            int positions = latents.height() * latents.width();
            float[] rows = latents.toRows();
            int[] tokens = quantizer.quantize(Latents.of(positions, latents.channels(), rows), threads);
            float[] vectors = quantizer.dequantize(tokens, positions).data();
            float[] map = Measures.transposed(vectors, positions, latents.channels());
            return decoder.run(FeatureMap.of(latents.channels(), latents.height(), latents.width(), map), threads)
                    .toArray();
        }
    }

    public static void main(String[] args) throws Exception {
        ModelFile model = ModelFile.read(Path.of(args[0]));
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 9;
        boolean isSound = model.config().string("media").equals(Media.AUDIO.name().toLowerCase(Locale.ROOT));
        ModelFile graph = isSound ? betweenTransforms(model) : model;
        ModelConfig config = graph.config();
        int height = isSound ? 1 : SIDE;
        int width = isSound ? SECONDS * 50 : SIDE;
        Own own = new Own(
                Network.read(graph, "encoder"),
                Network.read(graph, "decoder"),
                isSound || !model.hasTensor(CODEBOOK) ? null : CodebookFile.quantizer(graph, CodebookFile.PREFIX));
        float[] x = signal(own.encoder.inChannels(), height, width);
        set_num_threads(THREADS);
        List<Runner> runners = new ArrayList<>();
        try (OrtEnvironment environment = OrtEnvironment.getEnvironment();
                OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                ExecutorService pool = Executors.newFixedThreadPool(THREADS)) {
            OnnxRuntime peer = OnnxRuntime.of(environment, options, THREADS);
            TorchTokenizer torch = new TorchTokenizer(graph);
            runners.add(new Runner("own, threads in a layer", 1, () -> own.run(x, height, width, THREADS)));
            runners.add(new Runner("own, an item a thread", 8, () -> parallel(pool, own, x, height, width, 8)));
            for (int batch : BATCHES) {
                float[] all = repeated(x, batch);
                long[] shape = {batch, own.encoder.inChannels(), height, width};
                for (boolean channelsLast : new boolean[] {false, true}) {
                    Call call = call(peer, onnx(graph, own, shape, channelsLast), all, shape);
                    runners.add(
                            new Runner("ONNX Runtime" + (channelsLast ? ", channels last" : ""), batch, call));
                }
                Tensor in = Tensor.create(all, shape);
                runners.add(new Runner("libtorch", batch, () -> {
                    try (PointerScope _ = new PointerScope();
                            NoGradGuard _ = new NoGradGuard()) {
                        Tensor latents = torch.blocks(config.objects("encoder"), in);
                        Tensor vectors = own.quantizer == null ? latents : torch.nearest(latents);
                        return TorchTokenizer.floats(torch.blocks(config.objects("decoder"), vectors));
                    }
                }));
            }
            contest(runners, rounds);
        }
        report(runners, isSound);
    }

    private static void contest(List<Runner> runners, int rounds) throws Exception {
        float[] expected = runners.getFirst().call.run();
        for (Runner runner : runners) {
            compare(runner.name, expected, runner.call.run());
            long start = System.nanoTime();
            while (System.nanoTime() - start < WARM_UP_NANOS) {
                runner.call.run();
            }
        }
        for (int round = 0; round < rounds; round++) {
            for (Runner runner : runners) {
                int calls = Math.max(1, 16 / runner.batch);
                long start = System.nanoTime();
                for (int i = 0; i < calls; i++) {
                    runner.call.run();
                }
                runner.seconds.add((System.nanoTime() - start) / 1e9 / calls / runner.batch);
            }
        }
    }

    private static void report(List<Runner> runners, boolean isSound) {
        System.out.printf(
                "%-30s %6s %14s %18s%n", "median, two threads", "batch", "ms an item", isSound ? "x real time" : "items/s");
        for (Runner runner : runners) {
            double seconds = Measures.median(runner.seconds);
            System.out.printf(
                    Locale.ROOT,
                    "%-30s %6d %14.3f %18.1f%n",
                    runner.name,
                    runner.batch,
                    1e3 * seconds,
                    (isSound ? SECONDS : 1) / seconds);
        }
        double own = best(runners, "own");
        System.out.printf(
                Locale.ROOT,
                "best of ONNX Runtime / best of own: %.2f, best of libtorch / best of own: %.2f%n",
                best(runners, "ONNX") / own,
                best(runners, "libtorch") / own);
    }

    private static double best(List<Runner> runners, String name) {
        return runners.stream()
                .filter(runner -> runner.name.startsWith(name))
                .mapToDouble(runner -> Measures.median(runner.seconds))
                .min()
                .orElseThrow();
    }

    private static float[] parallel(ExecutorService pool, Own own, float[] x, int height, int width, int count)
            throws ExecutionException, InterruptedException {
        List<Future<float[]>> futures = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            futures.add(pool.submit(() -> own.run(x, height, width, 1)));
        }
        float[] last = {};
        for (Future<float[]> future : futures) {
            last = future.get();
        }
        return last;
    }

    private static byte[] onnx(ModelFile model, Own own, long[] inShape, boolean channelsLast) throws IOException {
        OnnxTokenizer exporter = new OnnxTokenizer(model, channelsLast);
        String latents = exporter.blocks(model.config().objects("encoder"), "x");
        String vectors = own.quantizer == null ? latents : exporter.nearest(latents);
        String y = exporter.blocks(model.config().objects("decoder"), vectors);
        return exporter.graph().model(y, inShape, new long[] {
            inShape[0],
            own.decoder.outChannels(),
            inShape[2],
            inShape[3]
        });
    }

    private static Call call(OnnxRuntime peer, byte[] model, float[] x, long... shape) throws OrtException {
        OnnxRuntime.Run run = peer.session(model, x, shape);
        return () -> {
            try (OrtSession.Result result = run.run()) {
                return OnnxRuntime.values(result);
            }
        };
    }

    /** The model without its first and last layer. */
    private static ModelFile betweenTransforms(ModelFile model) throws IOException {
        ModelConfig config = model.config();
        List<ModelConfig> encoder = config.objects("encoder");
        List<ModelConfig> decoder = config.objects("decoder");
        int channels = model.tensor(encoder.get(1).string("name") + ".weight").shape()[1];
        ModelFile.Builder builder = ModelFile.builder();
        for (String name : model.tensorNames()) {
            builder.tensor(name, model.tensor(name));
        }
        ModelConfig kept = ModelConfig.of(Map.of("media", config.string("media"), "encoder_channels", channels))
                .with("decoder_channels", config.integer("decoder_channels"))
                .with("encoder", encoder.subList(1, encoder.size()))
                .with("decoder", decoder.subList(0, decoder.size() - 1));
        return builder.config(kept).build();
    }

    /** Smooth and not periodic. */
    private static float[] signal(int channels, int height, int width) {
        float[] x = new float[channels * height * width];
        for (int i = 0; i < x.length; i++) {
            int column = i % width;
            int row = i / width % height;
            x[i] = (float) (0.6 * Math.sin(0.031 * column + 0.00007 * column * row + i / (height * width)));
        }
        return x;
    }

    private static float[] repeated(float[] x, int count) {
        float[] all = new float[x.length * count];
        for (int i = 0; i < count; i++) {
            System.arraycopy(x, 0, all, i * x.length, x.length);
        }
        return all;
    }

    private static void compare(String name, float[] own, float[] peer) {
        double error = Measures.error(peer, own);
        if (!(error < 1e-3) || peer.length % own.length != 0) {
            throw new IllegalStateException(name + " differs from own inference by " + error);
        }
    }
}
