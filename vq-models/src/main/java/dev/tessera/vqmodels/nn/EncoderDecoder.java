package dev.tessera.vqmodels.nn;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;

/** The networks on both sides of a tokenizer's quantizer. */
public record EncoderDecoder(Network encoder, Network decoder) {
    /** Values of the largest map of a layer of a series: 32 MB. */
    private static final long CHUNK_VALUES = 1 << 23;

    /** Tokens with which a network's sizes are tried; the number has nothing in common with usual strides. */
    private static final int PROBE = 1009;

    /**
     * Tokens to work on at a time, so that memory is bounded.
     *
     * @param encoder tokens that the encoder should make
     * @param decoder tokens that the decoder should take
     */
    public record Chunks(int encoder, int decoder) {}

    /**
     * The networks of a model file.
     *
     * @param channels of what is tokenized
     * @param dim of the latents
     * @throws CorruptModelException when there are none, or they take or give other channels
     */
    public static EncoderDecoder read(ModelFile file, int channels, int dim) throws CorruptModelException {
        Network encoder = Network.read(file, "encoder");
        Network decoder = Network.read(file, "decoder");
        channels("encoder input", encoder.inChannels(), channels);
        channels("encoder output", encoder.outChannels(), dim);
        channels("decoder input", decoder.inChannels(), dim);
        channels("decoder output", decoder.outChannels(), channels);
        return new EncoderDecoder(encoder, decoder);
    }

    private static void channels(String name, int found, int wanted) throws CorruptModelException {
        TokenizerFile.check(name, found == wanted, found + " channels", wanted);
    }

    /**
     * How to run the networks of a series.
     *
     * @param step samples or frames that a token stands for
     * @param most tokens at a time
     * @throws CorruptModelException when the networks have other sizes, or a single output does not fit a chunk
     */
    public Chunks chunks(int step, int most) throws CorruptModelException {
        int made = chunk("encoder", encoder, PROBE * step, PROBE);
        chunk("encoder", encoder, step, 1);
        int outputs = chunk("decoder", decoder, PROBE, PROBE * step);
        chunk("decoder", decoder, 1, step);
        return new Chunks(Math.min(most, made), Math.clamp(outputs / step, 1, most));
    }

    private static int chunk(String name, Network network, int in, int out) throws CorruptModelException {
        return outputs(name, network, new Extent(1, in), new Extent(1, out), CHUNK_VALUES);
    }

    /**
     * The side of the largest tile of outputs of which no layer has more than {@code values} values.
     *
     * @param name of the network, for messages
     * @throws CorruptModelException when an input of size {@code in} gives another size than {@code out}, or no output fits
     */
    public static int outputs(String name, Network network, Extent in, Extent out, long values)
            throws CorruptModelException {
        try {
            Extent found = network.outExtent(in);
            TokenizerFile.check(name, found.equals(out), found + " for an input of " + in, out);
            int side = network.tileSide(in, values);
            TokenizerFile.check(
                    name,
                    side > 0,
                    "too wide for its receptive field",
                    "such that an output needs at most " + values + " values of a layer");
            return side;
        } catch (IllegalArgumentException e) {
            throw new CorruptModelException("the " + name + " does not take " + in + ": " + e.getMessage(), e);
        }
    }
}
