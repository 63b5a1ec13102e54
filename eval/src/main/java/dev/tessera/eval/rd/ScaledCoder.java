package dev.tessera.eval.rd;

import java.io.IOException;
import java.util.List;

/** A picture coder that sees pictures at a fraction of their size: Lanczos down, bicubic up. */
record ScaledCoder(Coder<Rgb8> coder, int divisor, String suffix, List<String> settings) implements Coder<Rgb8> {
    @Override
    public String name() {
        return coder.name() + suffix;
    }

    @Override
    public String identity() {
        return coder.identity() + " at 1/" + divisor;
    }

    @Override
    public boolean cacheable() {
        return coder.cacheable();
    }

    @Override
    public Coded<Rgb8> code(Rgb8 sample, String setting) throws IOException {
        int width = Math.ceilDiv(sample.width(), divisor);
        int height = Math.ceilDiv(sample.height(), divisor);
        Coded<Rgb8> small = coder.code(Resizing.LANCZOS.resize(sample, width, height), setting);
        Rgb8 decoded = Resizing.CUBIC.resize(small.decoded(), sample.width(), sample.height());
        return new Coded<>(
                small.fileBytes(), small.payloadBytes(), decoded, small.encodeSeconds(), small.decodeSeconds());
    }
}
