package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Latents;
import dev.tessera.codebook.Tokens;
import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.DType;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Neural tokenizers: pictures to tokens and back, in tiles, and what is no model. */
class NeuralImageModelTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"vq", "fsq", "rvq", "bsq"})
    void picturesComeBack(String quantizer) throws IOException {
        ImageModel model = ImageModel.load(TestNetworks.withoutPrior(quantizer));
        assertEquals(TestNetworks.PATCH, model.patchSize());
        for (int[] size : new int[][] {{1, 1}, {8, 8}, {9, 7}, {100, 61}}) {
            Image image = TestPictures.scene(size[0], size[1], 5);
            Tokens tokens = model.tokenizer().tokenize(image);
            int[] grid = {(size[1] + 7) / 8, (size[0] + 7) / 8};
            assertArrayEquals(grid, tokens.shape());
            Image back = model.tokenizer().detokenize(tokens);
            assertEquals(8 * grid[1], back.width());
            assertEquals(8 * grid[0], back.height());
            for (int c = 0; c < 3; c++) {
                for (float sample : back.plane(c)) {
                    assertTrue(sample >= 0 && sample <= 255);
                }
            }
            double psnr = TestPictures.psnr(image, back.crop(0, 0, size[0], size[1]));
            assertTrue(psnr > (size[0] == 100 ? 14.5 : 11), quantizer + " " + size[0] + ": " + psnr + " dB");
        }
    }

    /** The stated rule of padding: whole patches by repeating the last row and column. */
    @Test
    void paddingRepeatsTheLastRowAndColumn() throws IOException {
        ImageModel model = ImageModel.load(TestNetworks.withoutPrior("vq"));
        Image image = TestPictures.scene(13, 11, 5);
        float[][] padded = new float[3][16 * 16];
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < padded[c].length; i++) {
                padded[c][i] = image.plane(c)[Math.min(i / 16, 10) * 13 + Math.min(i % 16, 12)];
            }
        }
        assertEquals(
                model.tokenizer().tokenize(Image.ofRgb(16, 16, padded[0], padded[1], padded[2])),
                model.tokenizer().tokenize(image));
    }

    @Test
    void alphaIsNoPartOfTheTokensAndGreyIsThreeEqualPlanes() throws IOException {
        ImageModel model = ImageModel.load(TestNetworks.withoutPrior("vq"));
        Image image = TestPictures.scene(40, 30, 5);
        Image seeThrough = image.withAlpha(TestPictures.fadingAlpha(40, 30));
        assertEquals(model.tokenizer().tokenize(image), model.tokenizer().tokenize(seeThrough));
        float[] luma = image.plane(1);
        Image grey = Image.ofGrey(40, 30, luma);
        assertEquals(
                model.tokenizer().tokenize(Image.ofRgb(40, 30, luma.clone(), luma.clone(), luma.clone())),
                model.tokenizer().tokenize(grey));
        assertNull(model.tokenizer()
                .detokenize(model.tokenizer().tokenize(seeThrough))
                .alpha());
    }

    /** Law 2: a picture in tiles is the picture, to the last bit. */
    @Test
    void tilesAndThreadsChangeNothing() throws IOException {
        NeuralParts parts = NeuralParts.read(TestNetworks.withoutPrior("vq"));
        Image image = TestPictures.scene(333, 210, 8);
        NeuralEncoder whole = new NeuralEncoder(
                parts.networks().encoderNetwork(), parts.networks().range(), 8, 0, Long.MAX_VALUE, 1);
        Latents latents = whole.encode(image);
        Image decoded = new NeuralDecoder(
                        parts.networks().decoderNetwork(), parts.networks().range(), 8, Long.MAX_VALUE, 1)
                .decode(latents, 333, 210, false);
        for (long values : new long[] {20_000, 60_000, 300_000}) {
            for (int threads : new int[] {1, 3}) {
                NeuralEncoder tiled = new NeuralEncoder(
                        parts.networks().encoderNetwork(), parts.networks().range(), 8, 0, values, threads);
                assertArrayEquals(latents.data(), tiled.encode(image).data());
                assertEquals(
                        decoded,
                        new NeuralDecoder(
                                        parts.networks().decoderNetwork(),
                                        parts.networks().range(),
                                        8,
                                        values,
                                        threads)
                                .decode(latents, 333, 210, false));
            }
        }
    }

    @Test
    void thePriorComesWithHalfWeightsAndTokensOfThese() throws IOException {
        ModelFile trained = TestNetworks.withoutPrior("vq");
        NeuralImageModel bare = (NeuralImageModel) ImageModel.load(trained);
        assertFalse(bare.hasPrior());
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new ImageCodec(bare));
        assertTrue(e.getMessage().contains("train prior"), e.getMessage());

        NeuralImageModel model = TestNetworks.model("vq", folder);
        assertTrue(model.hasPrior());
        assertNotEquals(trained.sha256(), model.file().sha256());
        assertEquals(DType.F16, model.file().tensor("encoder.1.expand.weight").type());
        assertEquals(DType.F32, model.file().tensor("encoder.1.expand.bias").type());
        assertEquals(trained.tensor("quantizer.0.codebook"), model.file().tensor("quantizer.0.codebook"));
        // a second training of the prior starts from the stored weights, which it keeps
        ModelFile again = new NeuralPriorTrainer(8, 1, _ -> {}).train(model.file(), TestNetworks.scenes(folder));
        assertEquals(model.file().sha256(), again.sha256());
    }

    @ParameterizedTest
    @CsvSource({
        "factor, 0, factor",
        "factor, 4, encoder",
        "factor, 65, factor",
        "input_scale, 0, input_scale",
        "codebook_size, 47, codebook_size",
        "num_stages, 2, num_stages",
        "codebook_dim, 5, codebook_dim",
        "encoder_channels, 4, encoder",
        "decoder_channels, 7, decoder",
        "format_version, 2, format_version",
        "prior_table_bits, 21, prior_table_bits",
        "prior_table_bits, 9, prior.state",
        "prior_distortion, -1, prior_distortion"
    })
    void aWrongFieldIsNamed(String field, int value, String named) throws IOException {
        ModelFile good = TestNetworks.model("vq", folder).file();
        ModelFile bad = copy(good, good.config().with(field, value), null, null);
        CorruptModelException e = assertThrows(CorruptModelException.class, () -> ImageModel.load(bad));
        assertTrue(e.getMessage().contains(named), e.getMessage());
    }

    @Test
    void aWrongOrderOfIndicesIsNamed() throws IOException {
        ModelFile good = TestNetworks.model("vq", folder).file();
        int[] order = good.tensor("prior.0.order").toInts();
        order[3] = order[4];
        ModelFile twice = copy(good, good.config(), "prior.0.order", Tensor.ofInts(order, order.length));
        order[3] = 48;
        ModelFile outside = copy(good, good.config(), "prior.0.order", Tensor.ofInts(order, order.length));
        for (ModelFile bad : new ModelFile[] {twice, outside}) {
            CorruptModelException e = assertThrows(CorruptModelException.class, () -> ImageModel.load(bad));
            assertTrue(e.getMessage().contains("prior.0.order"), e.getMessage());
        }
    }

    /** Cut and flipped models are refused as corrupt, or are models of other weights that work. */
    @Test
    void damagedModelsAreSafe() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TestNetworks.model("fsq", folder).file().write(out);
        byte[] file = out.toByteArray();
        SplittableRandom random = new SplittableRandom(4);
        Image image = TestPictures.scene(20, 20, 1);
        int refused = 0;
        for (int i = 0; i < 400; i++) {
            byte[] damaged = i % 4 == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file.clone();
            int from = i % 4 == 1 ? file.length : 3000; // the header is what breaks most
            if (i % 4 != 0) {
                int bit = random.nextInt(8 * from);
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
            }
            try {
                ImageModel model = ImageModel.load(ModelFile.read(damaged));
                Tokens tokens = model.tokenizer().tokenize(image);
                assertEquals(24, model.tokenizer().detokenize(tokens).width());
            } catch (CorruptModelException e) {
                assertNotNull(e.getMessage());
                refused++;
            }
        }
        assertTrue(refused > 100, refused + " of 400 refused");
    }

    private static ModelFile copy(ModelFile file, ModelConfig config, String name, Tensor other) throws IOException {
        ModelFile.Builder builder = ModelFile.builder().config(config);
        for (String tensor : file.tensorNames()) {
            builder.tensor(tensor, tensor.equals(name) ? other : file.tensor(tensor));
        }
        for (Map.Entry<String, String> entry : file.metadata().entrySet()) {
            if (!entry.getKey().equals("config")) {
                builder.metadata(entry.getKey(), entry.getValue());
            }
        }
        return builder.build();
    }
}
