package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokenizer;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.codecs.container.TsrLimits;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lost tokens, restored by what a model learnt of their neighbours. */
class RestorationTest {
    private static final RateTarget FINEST = new RateTarget.Quality(100);
    private static final int EPOCHS = 3; // enough for small pictures

    @TempDir
    private static Path folder;

    private static ModelFile plain(String kind) throws IOException {
        return kind.equals("pq")
                ? TestPictures.model().file()
                : TestNetworks.frozen(kind).file();
    }

    private static ModelFile trained(String kind, int threads) throws IOException {
        return new RestorationTrainer(1, EPOCHS, threads, _ -> {}).train(plain(kind), TestNetworks.scenes(folder));
    }

    private static boolean[] fifth(int count, long seed) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(seed));
        boolean[] lost = new boolean[count];
        order.subList(0, count / 5).forEach(i -> lost[i] = true);
        return lost;
    }

    @ParameterizedTest
    @ValueSource(strings = {"vq", "fsq", "pq"})
    void theModelStaysTheSameButForLosses(String kind) throws IOException {
        ModelFile before = plain(kind);
        ModelFile after = trained(kind, 1);
        assertEquals(after, trained(kind, 3));
        assertEquals(before.config().names(), after.config().names());
        for (String name : before.tensorNames()) {
            assertEquals(before.tensor(name), after.tensor(name));
        }
        Image image = TestPictures.scene(208, 160, 40);
        ImageModel model = ImageModel.load(after);
        assertEquals(
                ImageModel.load(before).tokenizer().tokenize(image),
                model.tokenizer().tokenize(image));
        ImageCodec codec = new ImageCodec(model);
        Tokens tokens = model.tokenizer().tokenize(image);
        boolean[] lost = new boolean[tokens.positions()];
        int columns = tokens.shape()[1];
        for (int i = 0; i < lost.length; i++) {
            lost[i] = (i % columns + 2 * (i / columns)) % 5 == 4;
        }
        Image concealed = concealed(codec, image);
        Image restored =
                model.toSize(model.tokenizer().decoder().decode(model.restore(tokens, lost, LossFill.PRIOR)), 208, 160);
        assertArrayEquals(restored.toRgb8(), concealed.toRgb8());
        double learnt = TestPictures.psnr(image, concealed);
        double plain = TestPictures.psnr(image, concealed(new ImageCodec(ImageModel.load(before)), image));
        assertTrue(learnt > plain - 0.5, learnt + " dB, untrained " + plain + " dB");
    }

    /** Tokens of a file of few bytes lack last digits; they stand for the picture that the file decodes to. */
    @ParameterizedTest
    @ValueSource(strings = {"vq", "fsq"})
    void tokensOfSmallFilesAreRestoredToo(String kind) throws IOException {
        ImageModel model = ImageModel.load(trained(kind, 1));
        ImageCodec codec = new ImageCodec(model);
        Image image = TestPictures.scene(208, 160, 40);
        int full = codec.compress(image, FINEST, TsrLayout.INDEPENDENT, 1).bytes().length;
        int shorter = 0;
        for (int budget = full / 3; budget < full; budget += full / 8) {
            ImageCodec.Compressed file = codec.compress(image, new RateTarget.Bytes(budget), TsrLayout.INDEPENDENT, 1);
            Tokens tokens = file.tokens();
            shorter += tokens.codebookSizes()[0] < model.codebookSizes()[0] ? 1 : 0;
            Latents latents = model.restore(tokens, new boolean[tokens.positions()], LossFill.PRIOR);
            Image restored = model.toSize(model.tokenizer().decoder().decode(latents), 208, 160);
            assertArrayEquals(
                    codec.decompress(TsrFile.read(file.bytes())).toRgb8(), restored.toRgb8(), budget + " bytes");
        }
        assertTrue(shorter > 0, "no file has shorter indices");
    }

    /** A file without the last of its five chunks. */
    private static Image concealed(ImageCodec codec, Image image) throws IOException {
        byte[] file = codec.compress(image, FINEST, TsrLayout.INDEPENDENT, 1).bytes();
        file[file.length - 6] ^= 1;
        return codec.decompress(TsrFile.read(file, TsrLimits.DEFAULT, Tolerance.CONCEAL));
    }

    /** The bars of the project: at least 2 dB above mean fill, at most 2 dB below the undamaged picture. */
    @ParameterizedTest
    @ValueSource(strings = {"image-f16", "image-f8", "image-pq16"})
    void shippedModelsRestoreAFifthOfTheTokens(String name) throws IOException {
        ImageModel model;
        try (InputStream in = ImageModel.class.getResourceAsStream("models/" + name + ".safetensors")) {
            model = ImageModel.load(ModelFile.read(in));
        }
        Tokenizer<Image> tokenizer = model.tokenizer(2);
        double[] psnr = new double[4]; // undamaged, then LossFill
        String[] photos = {"photo-astronaut.png", "photo-clownfish.jpg", "photo-coffee.jpg"};
        for (String photo : photos) {
            Image image = ImageFiles.read(Path.of("../samples/media/" + photo)).crop(64, 64, 384, 384);
            Tokens tokens = tokenizer.tokenize(image);
            boolean[] lost = fifth(tokens.positions(), 5);
            psnr[0] += TestPictures.psnr(image, tokenizer.detokenize(tokens)) / photos.length;
            for (LossFill fill : LossFill.values()) {
                Image restored = tokenizer.decoder().decode(model.restore(tokens, lost, fill));
                psnr[1 + fill.ordinal()] += TestPictures.psnr(image, restored) / photos.length;
            }
        }
        double prior = psnr[1 + LossFill.PRIOR.ordinal()];
        String figures = name + ": " + Arrays.toString(psnr);
        assertTrue(prior > psnr[1 + LossFill.MEAN.ordinal()] + 2 && prior > psnr[0] - 2, figures);
        assertTrue(prior > psnr[1 + LossFill.NEAREST.ordinal()] + 1, figures);
    }

    @Test
    void wrongArgumentsAreNamed() throws IOException {
        ImageModel model = TestNetworks.frozen("vq");
        Tokens tokens = model.tokenizer().tokenize(TestPictures.scene(64, 48, 1));
        String size = assertThrows(
                        IllegalArgumentException.class, () -> model.restore(tokens, new boolean[3], LossFill.MEAN))
                .getMessage();
        assertTrue(size.contains("3 positions") && size.contains("48"), size);
        Tokens others = TestNetworks.frozen("fsq").tokenizer().tokenize(TestPictures.scene(64, 48, 1));
        assertThrows(
                IllegalArgumentException.class,
                () -> model.restore(others, new boolean[others.positions()], LossFill.MEAN));
        RestorationTrainer trainer = new RestorationTrainer(1, 1, _ -> {});
        assertThrows(IllegalArgumentException.class, () -> trainer.train(model.file(), List.of()));
        List<Path> scenes = TestNetworks.scenes(folder);
        String noPrior = assertThrows(
                        IllegalArgumentException.class, () -> trainer.train(TestNetworks.withoutPrior("vq"), scenes))
                .getMessage();
        assertTrue(noPrior.contains("train prior"), noPrior);
    }

    @Test
    void tokensOfWholePicturesHaveNoNeighbours() throws IOException {
        ModelFile file = TestNetworks.file(
                TestNetworks.quantizer("vq"),
                config -> {
                    Map<String, Object> whole = new HashMap<>(config);
                    whole.put("whole_size", 64);
                    return whole;
                },
                false);
        List<Path> scenes = TestNetworks.scenes(folder);
        ModelFile whole = new NeuralPriorTrainer(8, 1, _ -> {}).train(file, scenes);
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> new RestorationTrainer(1, EPOCHS, 1, _ -> {}).train(whole, scenes))
                .getMessage();
        assertTrue(message.contains(whole.shortHash()) && message.contains("whole pictures"), message);
    }

    @Test
    void aPredictorOfOtherLatentsIsCorrupt() throws IOException {
        ModelFile good = trained("vq", 2);
        for (String name : List.of("mean", "deviation", "hidden.weight", "output.weight", "linear.weight")) {
            Tensor tensor = good.tensor("restoration." + name);
            float[] notFinite = tensor.toFloats();
            notFinite[notFinite.length - 1] = Float.NaN;
            assertCorrupt(good, name, Tensor.ofFloats(notFinite, tensor.shape()));
            int[] wider = tensor.shape();
            int last = wider.length - 1;
            float[] values = new float[tensor.elements() / wider[last] * ++wider[last]];
            assertCorrupt(good, name, Tensor.ofFloats(values, wider));
        }
        assertCorrupt(good, "deviation", Tensor.ofFloats(new float[] {0}, 1));
    }

    private static void assertCorrupt(ModelFile good, String name, Tensor tensor) throws IOException {
        ModelFile.Builder builder = ModelFile.builder().metadataOf(good).config(good.config());
        for (String other : good.tensorNames()) {
            builder.tensor(other, other.equals("restoration." + name) ? tensor : good.tensor(other));
        }
        ModelFile bad = builder.build();
        assertThrows(CorruptModelException.class, () -> ImageModel.load(bad), name);
    }
}
