package dev.tessera.samples;

import dev.tessera.codecs.AdaptiveSymbolModel;
import dev.tessera.codecs.RangeDecoder;
import dev.tessera.codecs.RangeEncoder;
import dev.tessera.codecs.SymbolModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The range coder with an integer model of one's own: bytes of a text, each predicted from the byte before it.
 *
 * <p>Argument: a file (default: the licence notes of {@code samples/media}).
 */
public final class OwnModelExample {
    private OwnModelExample() {}

    public static void main(String[] args) throws IOException {
        byte[] text = Files.readAllBytes(Path.of(args.length > 0 ? args[0] : "media/LICENSES.md"));

        byte[] plain = encode(text, new AdaptiveSymbolModel(256));
        byte[] own = encode(text, new PreviousByteModel());
        byte[] back = decode(own, text.length, new PreviousByteModel());

        System.out.println(text.length + " bytes -> " + plain.length + " with frequencies alone, " + own.length
                + " with the byte before as context");
        System.out.println("decoded: "
                + new String(back, StandardCharsets.UTF_8).lines().findFirst().orElse(""));
    }

    /**
     * One adaptive table per previous byte. A model answers with integers only, so the decoder on another machine gets the
     * same intervals.
     */
    static final class PreviousByteModel implements SymbolModel {
        private final AdaptiveSymbolModel[] tables = new AdaptiveSymbolModel[256];
        private AdaptiveSymbolModel current;

        PreviousByteModel() {
            for (int i = 0; i < tables.length; i++) {
                tables[i] = new AdaptiveSymbolModel(256);
            }
            current = tables[0];
        }

        @Override
        public int alphabetSize() {
            return 256;
        }

        @Override
        public int total() {
            return current.total();
        }

        @Override
        public int cumulative(int symbol) {
            return current.cumulative(symbol);
        }

        @Override
        public int frequency(int symbol) {
            return current.frequency(symbol);
        }

        @Override
        public int symbolAt(int cumulative) {
            return current.symbolAt(cumulative);
        }

        @Override
        public void update(int symbol) {
            current.update(symbol);
            current = tables[symbol];
        }
    }

    static byte[] encode(byte[] text, SymbolModel model) {
        RangeEncoder encoder = new RangeEncoder();
        for (byte b : text) {
            model.encode(encoder, b & 0xFF);
        }
        return encoder.finish();
    }

    /** The length is not in the stream; a container would say it. */
    static byte[] decode(byte[] stream, int length, SymbolModel model) {
        RangeDecoder decoder = new RangeDecoder(stream);
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) model.decode(decoder);
        }
        return text;
    }
}
