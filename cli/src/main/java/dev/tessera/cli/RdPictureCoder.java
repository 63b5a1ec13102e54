package dev.tessera.cli;

import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.eval.rd.Coded;
import dev.tessera.eval.rd.Coder;
import dev.tessera.eval.rd.Rgb8;
import dev.tessera.image.Image;
import dev.tessera.image.PictureCodec;
import java.io.IOException;
import java.util.List;

/** Our picture codec at budgets of bits per pixel. */
record RdPictureCoder(PictureCodec codec, String identity, List<Double> budgets) implements Coder<Rgb8> {
    @Override
    public String name() {
        return "tessera";
    }

    @Override
    public boolean cacheable() {
        return false;
    }

    @Override
    public List<String> settings() {
        return budgets.stream().map(String::valueOf).toList();
    }

    @Override
    public Coded<Rgb8> code(Rgb8 sample, String setting) throws IOException {
        double budget = Double.parseDouble(setting) * sample.width() * sample.height() / 8;
        Image image = Image.ofRgb8(sample.width(), sample.height(), sample.pixels());
        long start = System.nanoTime();
        byte[] file = codec.pack(image, new RateTarget.Bytes((long) budget), TsrLayout.SINGLE, 1)
                .bytes();
        long middle = System.nanoTime();
        Image decoded = codec.decompress(TsrFile.read(file), 1);
        long end = System.nanoTime();
        return new Coded<>(
                file.length,
                file.length,
                new Rgb8(decoded.width(), decoded.height(), decoded.toRgb8()),
                (middle - start) / 1e9,
                (end - middle) / 1e9);
    }
}
