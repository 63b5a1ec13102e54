package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.col2im;
import static org.bytedeco.pytorch.global.torch.constant_pad_nd;
import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.fft_irfft;
import static org.bytedeco.pytorch.global.torch.fft_rfft;
import static org.bytedeco.pytorch.global.torch.polar;
import static org.bytedeco.pytorch.global.torch.view_as_real;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Layers of series {@code [batch x channels x 1 x time]} on the engine. */
final class Series {
    private static final double FLOOR = 1e-12; // as in CompressedStft

    private Series() {}

    static Tensor convolve(Tensor x, Tensor weight, Tensor bias, Layer.Conv1d layer) {
        Tensor padded = layer.before() == 0 && layer.ahead() == 0
                ? x
                : constant_pad_nd(x, new long[] {layer.before(), layer.ahead()}, new Scalar(0.0));
        return conv2d(
                padded,
                weight.unsqueeze(2),
                new TensorOptional(bias),
                new long[] {1, layer.stride()},
                new long[] {0, 0},
                new long[] {1, 1},
                layer.groups());
    }

    static Tensor shuffle(Tensor x, int factor) {
        long batch = x.size(0);
        long channels = x.size(1) / factor;
        long time = x.size(3);
        return x.reshape(batch, channels, factor, time).permute(0, 1, 3, 2).reshape(batch, channels, 1, time * factor);
    }

    /** The periodic Hann window. */
    static Tensor hann(int size) {
        float[] window = new float[size];
        for (int i = 0; i < size; i++) {
            window[i] = (float) (0.5 - 0.5 * Math.cos(2 * Math.PI * i / size));
        }
        return Tensors.of(window, size);
    }

    /** Real and imaginary parts {@code [batch x frames x size / 2 + 1 x 2]} of windowed frames of {@code samples [batch x time]}. */
    static Tensor spectra(Tensor samples, int size, int hop) {
        Tensor frames = samples.unfold(1, size, hop).mul(hann(size));
        return view_as_real(fft_rfft(frames));
    }

    /** Squared magnitudes of {@link #spectra}: faster than a sum over pairs. */
    static Tensor power(Tensor spectra) {
        long last = spectra.dim() - 1;
        return spectra.select(last, 0).square().add(spectra.select(last, 1).square());
    }

    static Tensor compressedStft(Tensor x, Layer.CompressedStft layer) {
        int cut = (layer.size() - layer.hop()) / 2;
        Tensor samples = constant_pad_nd(x.reshape(x.size(0), x.size(3)), new long[] {cut, cut}, new Scalar(0.0));
        Tensor parts = Tensors.scale(spectra(samples, layer.size(), layer.hop()), 4.0 / layer.size());
        Tensor power = Tensors.plus(power(parts), FLOOR);
        Tensor compressed = power.pow(new Scalar(0.125));
        Tensor low = parts.narrow(2, 0, layer.complexBins());
        Tensor scaled = low.mul(
                power.narrow(2, 0, layer.complexBins()).pow(new Scalar(-0.375)).unsqueeze(-1));
        Tensor features = torch.cat(new TensorVector(compressed, scaled.select(3, 0), scaled.select(3, 1)), 2);
        return features.permute(0, 2, 1).unsqueeze(2).contiguous();
    }

    static Tensor inverseStft(Tensor x, Layer.InverseStft layer) {
        int size = layer.size();
        long bins = size / 2 + 1;
        long batch = x.size(0);
        long frames = x.size(3);
        Tensor rows = x.reshape(batch, 2 * bins, frames).permute(0, 2, 1); // [batch x frames x 2 bins]
        Tensor magnitude = rows.narrow(2, 0, bins)
                .clamp(new ScalarOptional(), new ScalarOptional(new Scalar(layer.maxLogMagnitude())))
                .exp();
        Tensor window = hann(size);
        Tensor signal = fft_irfft(polar(magnitude, rows.narrow(2, bins, bins))).mul(window);
        long length = (frames - 1) * layer.hop() + size;
        Tensor sum = overlapped(signal, length, layer.hop());
        Tensor weight = overlapped(window.square().expand(1, frames, size), length, layer.hop());
        int cut = (size - layer.hop()) / 2;
        long kept = frames * layer.hop();
        return sum.narrow(3, cut, kept).div(weight.narrow(3, cut, kept));
    }

    /** Adds {@code frames [batch x frames x size]} where they overlap: {@code [batch x 1 x 1 x length]}. */
    private static Tensor overlapped(Tensor frames, long length, int hop) {
        return col2im(
                frames.permute(0, 2, 1),
                new long[] {1, length},
                new long[] {1, frames.size(2)},
                new long[] {1, 1},
                new long[] {0, 0},
                1,
                hop);
    }
}
