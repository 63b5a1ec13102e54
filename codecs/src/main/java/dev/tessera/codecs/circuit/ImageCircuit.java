package dev.tessera.codecs.circuit;

import dev.tessera.codecs.CorruptBitstreamException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The learned part of {@link LosslessImageCoder}: one circuit for each plane in coding order. Immutable. */
public final class ImageCircuit {
    static final int PLANES = 3;

    private static final int MAGIC = 0x5443; // "TC"

    private final List<ChannelCircuit> channels;

    ImageCircuit(List<ChannelCircuit> channels) {
        this.channels = List.copyOf(channels);
    }

    ChannelCircuit channel(int c) {
        return channels.get(c);
    }

    /** The shipped circuit, trained on photos; its recipe is in {@link ImageCircuitTrainer}. */
    public static ImageCircuit shipped() {
        return Shipped.CIRCUIT;
    }

    /** The circuit of plane {@code plane}, in [0, 3): query variable 0, then the causal context. */
    public QuantizedCircuit circuit(int plane) {
        return channels.get(plane).circuit();
    }

    /** The circuit as bytes. */
    public byte[] write() {
        TableBytes.Writer out = new TableBytes.Writer();
        out.put16(MAGIC);
        for (ChannelCircuit channel : channels) {
            out.putBytes(channel.circuit().write());
            out.putAll16(channel.errors().weights());
        }
        return out.bytes();
    }

    /** Reads what {@link #write} wrote. */
    public static ImageCircuit read(byte[] bytes) throws CorruptBitstreamException {
        TableBytes.Reader in = new TableBytes.Reader(bytes);
        in.get16("magic", MAGIC, MAGIC);
        ChannelCircuit[] channels = new ChannelCircuit[PLANES];
        for (int c = 0; c < PLANES; c++) {
            int at = in.position();
            QuantizedCircuit circuit = QuantizedCircuit.read(in);
            if (circuit.tree().root() != CausalEvidence.QUERY
                    || !java.util.Arrays.equals(circuit.alphabetSizes(), CausalEvidence.alphabetSizes(c))) {
                throw new CorruptBitstreamException(
                        at, "circuit of plane " + c + " has other variables than its context");
            }
            channels[c] = new ChannelCircuit(circuit, ErrorMixture.read(in, circuit.states()));
        }
        if (in.remaining() != 0) {
            throw new CorruptBitstreamException(in.position(), in.remaining() + " bytes too many");
        }
        return new ImageCircuit(List.of(channels));
    }

    private static final class Shipped {
        static final ImageCircuit CIRCUIT = load();

        private static ImageCircuit load() {
            try (InputStream in = ImageCircuit.class.getResourceAsStream("image-circuit.bin")) {
                if (in == null) {
                    throw new IllegalStateException("image-circuit.bin is missing from the module");
                }
                return read(in.readAllBytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
