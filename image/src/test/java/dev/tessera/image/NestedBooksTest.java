package dev.tessera.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.GridPrior;
import dev.tessera.codecs.GridSpec;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of indices that have lost their last digits, and what these stand for. */
class NestedBooksTest {
    private static Image photo() throws IOException {
        return ImageFiles.read(Path.of("../samples/media/photo-coffee.jpg")).crop(100, 60, 320, 256);
    }

    private static ImageCodec codec(String quantizer) throws IOException {
        return new ImageCodec(TestNetworks.frozen(quantizer));
    }

    private static int dropped(ImageCodec.Compressed file) throws IOException {
        return TsrFile.read(file.bytes()).header().parameters() >> 2;
    }

    /** The picture becomes better with every byte, whatever the length of indices. */
    @Test
    void qualityOfTheShippedModelRises() throws IOException {
        ImageCodec codec;
        try (InputStream in = ImageModel.class.getResourceAsStream("models/image-f16.safetensors")) {
            codec = new ImageCodec(ImageModel.load(ModelFile.read(in)));
        }
        Image image = photo();
        double before = 0;
        int length = 0;
        for (int bytes : new int[] {51, 102, 154, 205, 300}) {
            TsrFile file = TsrFile.read(
                    codec.compress(image, new RateTarget.Bytes(bytes)).bytes());
            double psnr = TestPictures.psnr(image, codec.decompress(file));
            assertTrue(psnr > before, bytes + " bytes: " + psnr + " dB after " + before);
            before = psnr;
            length = file.header().parameters() >> 2;
        }
        assertTrue(length < 4, length + " digits dropped at the highest rate");
    }

    /** Small files drop digits, the finest does not. */
    @ParameterizedTest
    @ValueSource(strings = {"vq", "fsq"})
    void budgetsChooseTheLength(String quantizer) throws IOException {
        ImageCodec codec = codec(quantizer);
        Image image = photo();
        int finest = codec.compress(image, new RateTarget.Quality(100)).bytes().length;
        int shortest = 0;
        int last = 0;
        for (double share : new double[] {0.12, 0.25, 0.5, 0.8, 1}) {
            ImageCodec.Compressed file = codec.compress(image, new RateTarget.Bytes((long) (share * finest)));
            assertTrue(file.bytes().length <= share * finest);
            last = dropped(file);
            shortest = Math.max(shortest, last);
            int size = quantizer.equals("vq") ? 48 : 4725;
            assertArrayEquals(
                    new int[] {GridModel.shortened(size, last)}, file.tokens().codebookSizes());
            assertEquals(last == 0 && share == 1, file.finest());
        }
        assertTrue(shortest > 0 && last == 0, shortest + " digits dropped, then " + last);
    }

    @ParameterizedTest
    @EnumSource(TsrLayout.class)
    void theTokensAreTheFile(TsrLayout layout) throws IOException {
        NeuralImageModel model = (NeuralImageModel) TestNetworks.frozen("fsq");
        ImageCodec codec = new ImageCodec(model);
        Image image = photo();
        ImageCodec.Compressed file = codec.compress(image, new RateTarget.Bytes(500), layout, 1);
        int dropped = dropped(file);
        assertTrue(dropped > 0);
        assertArrayEquals(
                file.bytes(),
                codec.compress(image, new RateTarget.Bytes(500), layout, 3).bytes());
        Image picture = codec.decompress(TsrFile.read(file.bytes()));
        for (TsrLayout other : TsrLayout.values()) {
            byte[] bytes = codec.relayout(TsrFile.read(file.bytes()), other, 1);
            assertEquals(picture, codec.decompress(TsrFile.read(bytes), 2));
        }
        Tokens tokens = file.tokens();
        assertEquals(40 * 32, tokens.positions());
        assertEquals(GridModel.shortened(4725, dropped), tokens.codebookSizes()[0]);
    }

    @Test
    void aLengthThatCannotBeIsCorrupt() throws IOException {
        ImageCodec codec = codec("vq");
        TsrFile file = TsrFile.read(
                codec.compress(photo(), new RateTarget.Quality(100)).bytes());
        TsrHeader header = file.header();
        for (int dropped : new int[] {3, 6, 1 << 20}) {
            byte[] bytes = TsrFile.write(
                    new TsrHeader(header.model(), header.geometry(), header.parameters() | dropped << 2),
                    file.payload());
            String message = assertThrows(CorruptBitstreamException.class, () -> codec.decompress(TsrFile.read(bytes)))
                    .getMessage();
            assertTrue(message.contains(dropped + " digits") && message.contains("[0, 2]"), message);
        }
    }

    /** Every payload of any length is a picture or our exception. */
    @Test
    void nonsenseIsSafe() throws IOException {
        ImageCodec codec = codec("fsq");
        TsrHeader good = TsrFile.read(codec.compress(TestPictures.scene(48, 48, 6), new RateTarget.Quality(100))
                        .bytes())
                .header();
        SplittableRandom random = new SplittableRandom(1);
        int decoded = 0;
        for (int i = 0; i < 200; i++) {
            byte[] payload = new byte[random.nextInt(40)];
            random.nextBytes(payload);
            TsrHeader header = new TsrHeader(good.model(), good.geometry(), 1 + i % 9 << 2);
            try {
                codec.decompress(TsrFile.read(TsrFile.write(header, payload)));
                decoded++;
            } catch (IOException expected) {
                assertTrue(expected instanceof CorruptBitstreamException, expected::toString);
            }
        }
        assertTrue(decoded < 200);
    }

    /** With a blank prior all indices but the first, which has a decision of its own, are as probable. */
    @Test
    void vectorsAreWeightedMeans() {
        int size = 21;
        float[] vectors = new float[size * 2];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = i * i % 17 - 5;
        }
        Codebook codebook = Codebook.of(size, 2, vectors);
        NestedBooks books = new NestedBooks(codebook, GridPrior.blank(GridSpec.ordered(new int[] {size}, 8)));
        assertEquals(codebook, books.book(0));
        assertEquals(1, NestedBooks.mostDropped(size));
        for (int dropped = 1; dropped <= 4; dropped++) {
            Codebook book = books.book(dropped);
            assertEquals((size + (1 << dropped) - 1) >> dropped, book.codebookSize());
            for (int k = 1; k < book.codebookSize(); k++) {
                int from = k << dropped;
                int to = Math.min(size, from + (1 << dropped));
                for (int d = 0; d < 2; d++) {
                    float sum = 0;
                    for (int i = from; i < to; i++) {
                        sum += codebook.get(i, d);
                    }
                    assertEquals(sum / (to - from), book.get(k, d), 1e-5);
                }
            }
        }
        // index 0: 1/2; index 1: 1/2 x 1/32
        assertEquals((32 * vectors[0] + vectors[2]) / 33, books.book(1).get(0, 0), 1e-3);
        assertNotEquals(vectors[0], books.book(1).get(0, 0));
    }

    /** The mean of a part is the best vector for it, where the prior knows how often each is used. */
    @Test
    void usageMakesThemBetter() {
        int size = 16;
        float[] vectors = new float[size];
        for (int i = 0; i < size; i++) {
            vectors[i] = i;
        }
        GridModel teacher = new GridModel(GridPrior.blank(GridSpec.ordered(new int[] {size}, 8)), 60, 60);
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 3600; i++) {
            teacher.observe(0, i / 60, i % 60, random.nextInt(10) == 0 ? 13 : 14); // of part 12 to 15
        }
        Codebook book = new NestedBooks(Codebook.of(size, 1, vectors), teacher.toPrior()).book(2);
        assertEquals(13.9, book.get(3, 0), 0.2); // the plain mean is 13.5
    }
}
