package dev.tessera.codecs.mixing;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.ModelHash;
import dev.tessera.codecs.container.TokenGeometry;
import dev.tessera.codecs.container.TokenGeometry.ElementType;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TokenArrayCodecTest {
    private static final TokenBook BOOK =
            new TokenBook(new ModelHash(0xABCDEF), List.of(60, 60), new WanderingTokens(false).spec.geometry());

    @Property(tries = 60)
    void anyIntegersComeBack(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        ElementType type = ElementType.values()[random.nextInt(8)];
        Integer[] shape = new Integer[1 + random.nextInt(4)];
        Arrays.setAll(shape, i -> random.nextInt(20) == 0 ? 0 : 1 + random.nextInt(9));
        TokenGeometry geometry = new TokenGeometry(List.of(shape), type);
        long span = Math.min(1L << random.nextInt(17), 65536);
        long room = type.largest() - span + 1; // wraps for I8 at its least
        long lowest = random.nextInt(3) == 0
                ? type.least()
                : Math.max(type.least(), Math.min(room, random.nextLong() >> random.nextInt(60)));
        long[] values = new long[geometry.elements()];
        Arrays.setAll(values, i -> Math.min(type.largest(), lowest + (long) (random.nextDouble() * span)));
        TokenArray array = TokenArray.of(geometry, values);
        byte[] file = TokenArrayCodec.compress(array, Optional.empty());
        assertEquals(array, TokenArrayCodec.decompress(TsrFile.read(file), Optional.empty()));
    }

    @Test
    void stagesAreFoundOnEitherAxisAndTheBookHelps() throws IOException {
        int[] indices = new WanderingTokens(false).tokens.toPositionMajor();
        int frames = indices.length / 2;
        long[] last = Arrays.stream(indices).asLongStream().toArray();
        long[] first = new long[last.length];
        for (int i = 0; i < last.length; i++) {
            first[i % 2 * frames + i / 2] = last[i];
        }
        TokenArray byLast = TokenArray.of(new TokenGeometry(List.of(frames, 2), ElementType.U2), last);
        TokenArray byFirst = TokenArray.of(new TokenGeometry(List.of(2, frames), ElementType.U2), first);
        int plain = TokenArrayCodec.compress(byLast, Optional.empty()).length;
        for (TokenArray array : List.of(byLast, byFirst)) {
            byte[] file = TokenArrayCodec.compress(array, Optional.of(BOOK));
            assertTrue(file.length < 0.95 * plain, file.length + " bytes, without the book " + plain);
            TsrFile read = TsrFile.read(file);
            assertTrue(TokenArrayCodec.needsBook(read.header()));
            assertEquals(array, TokenArrayCodec.decompress(read, Optional.of(BOOK)));
            assertThrows(CorruptBitstreamException.class, () -> TokenArrayCodec.decompress(read, Optional.empty()));
            TokenBook other = new TokenBook(new ModelHash(1), BOOK.codebookSizes(), BOOK.geometry());
            assertThrows(CorruptBitstreamException.class, () -> TokenArrayCodec.decompress(read, Optional.of(other)));
        }
        assertEquals(plain, TokenArrayCodec.compress(byFirst, Optional.empty()).length, 2);
    }

    /** The range coder drops zeros at the end, which are all that it puts out for ones. */
    @Test
    void whatCostsNextToNothingIsStillWithinTheRatioLimit() throws IOException {
        long[] values = new long[600_000];
        Arrays.fill(values, 1, values.length, 1);
        TokenArray array = TokenArray.of(new TokenGeometry(List.of(values.length), ElementType.U1), values);
        byte[] file = TokenArrayCodec.compress(array, Optional.empty());
        assertTrue(file.length < 64, file.length + " bytes");
        assertEquals(array, TokenArrayCodec.decompress(TsrFile.read(file), Optional.empty()));
    }

    @Test
    void goldenFileStaysTheSame() throws IOException {
        long[] values = {7, 7, 9, 7, 7, 9, 7, 8, 9, 7, 7, 9};
        TokenArray array = TokenArray.of(new TokenGeometry(List.of(4, 3), ElementType.I4), values);
        byte[] file = TokenArrayCodec.compress(array, Optional.empty());
        try (InputStream in = TokenArrayCodecTest.class.getResourceAsStream("/golden/tsr/0/tokens-4x3.tsr")) {
            assertArrayEquals(in.readAllBytes(), file);
        }
        assertEquals(array, TokenArrayCodec.decompress(TsrFile.read(file), Optional.empty()));
    }

    @Test
    void whatCannotBeIndicesIsNamed() {
        TokenGeometry three = new TokenGeometry(List.of(3), ElementType.I8);
        TokenArray wide = TokenArray.of(three, Long.MIN_VALUE, 0, Long.MAX_VALUE);
        assertMessage("must be in", () -> TokenArrayCodec.compress(wide, Optional.empty()));
        assertMessage(
                "stages of the codebook",
                () -> TokenArrayCodec.compress(TokenArray.of(three, 1, 2, 3), Optional.of(BOOK)));
        TokenGeometry two = new TokenGeometry(List.of(1, 2), ElementType.I8);
        assertMessage("must be below 60", () -> TokenArrayCodec.compress(TokenArray.of(two, 1, 60), Optional.of(BOOK)));
        assertMessage("value is -1", () -> TokenArrayCodec.compress(TokenArray.of(two, -1, 5), Optional.of(BOOK)));
        assertMessage("does not fit U1", () -> TokenArray.of(new TokenGeometry(List.of(1), ElementType.U1), 256));
        assertMessage("elements", () -> TokenArray.of(three, 1, 2));
    }

    @Test
    void forgedFilesAreRefused() throws IOException {
        long[] values = new Random(3).longs(40, 0, 50).toArray();
        TokenGeometry geometry = new TokenGeometry(List.of(20, 2), ElementType.U1);
        TsrFile file = TsrFile.read(TokenArrayCodec.compress(TokenArray.of(geometry, values), Optional.empty()));
        byte[] payload = file.payload();
        TokenGeometry huge = new TokenGeometry(List.of(1 << 26, 2), ElementType.U1);
        assertRefused("cannot hold", huge, 1, payload);
        assertRefused("parameters", geometry, 6, payload);
        assertRefused("axis of stages", new TokenGeometry(List.of(40), ElementType.U1), 1, payload);
        assertRefused("cut short", geometry, 0, new byte[0]);
        assertRefused("more than 10 bytes", geometry, 0, filled(30, -1));
        byte[] high = payload.clone();
        high[0] = (byte) 0xFE; // lowest = the next byte x 64 + 63
        high[1] = 0x7F;
        assertRefused("do not fit", geometry, file.header().parameters(), high);
        assertThrows(
                CorruptBitstreamException.class,
                () -> TokenArrayCodec.decompress(
                        TsrFile.read(TsrFile.write(
                                new TsrHeader(TokenArrayCodec.NO_MODEL, new ImageGeometry(4, 4), 0), payload)),
                        Optional.empty()));
        byte[] layout = TsrFile.write(
                new TsrHeader(TokenArrayCodec.NO_MODEL, geometry, 0), TsrLayout.PROGRESSIVE, List.of(payload));
        assertThrows(CorruptBitstreamException.class, () -> TsrFile.read(layout));
        assertFalse(TokenArrayCodec.needsBook(file.header()));
    }

    private static void assertRefused(String message, TokenGeometry geometry, int parameters, byte[] payload)
            throws IOException {
        TsrFile file =
                TsrFile.read(TsrFile.write(new TsrHeader(TokenArrayCodec.NO_MODEL, geometry, parameters), payload));
        CorruptBitstreamException e =
                assertThrows(CorruptBitstreamException.class, () -> TokenArrayCodec.decompress(file, Optional.empty()));
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    private static void assertMessage(String message, org.junit.jupiter.api.function.Executable call) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
        assertTrue(e.getMessage().contains(message), e.getMessage());
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
