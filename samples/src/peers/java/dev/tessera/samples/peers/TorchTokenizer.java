package dev.tessera.samples.peers;

import static org.bytedeco.pytorch.global.torch.conv2d;
import static org.bytedeco.pytorch.global.torch.gelu;
import static org.bytedeco.pytorch.global.torch.layer_norm;
import static org.bytedeco.pytorch.global.torch.pixel_shuffle;

import dev.tessera.vqmodels.CorruptModelException;
import dev.tessera.vqmodels.ModelConfig;
import dev.tessera.vqmodels.ModelFile;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** The networks of a model file, run by libtorch layer by layer. */
final class TorchTokenizer {
    private final Map<String, Tensor> tensors = new HashMap<>();
    private final Tensor halves; // of the squared lengths of the code vectors, negative

    TorchTokenizer(ModelFile model) throws CorruptModelException {
        for (String name : model.tensorNames()) {
            if (name.startsWith("encoder.") || name.startsWith("decoder.") || name.equals(TokenizerPeerMain.CODEBOOK)) {
                dev.tessera.vqmodels.Tensor values = model.tensor(name);
                long[] shape = Arrays.stream(values.shape()).asLongStream().toArray();
                tensors.put(
                        name,
                        Tensor.create(
                                values.toFloats(),
                                shape.length == 3 ? new long[] {shape[0], shape[1], 1, shape[2]} : shape));
            }
        }
        Tensor book = tensors.get(TokenizerPeerMain.CODEBOOK);
        halves = book == null ? null : book.mul(book).sum(new long[] {1}).mul(new Scalar(-0.5));
    }

    /** @param x {@code [batch x channels x height x width]} */
    Tensor blocks(List<ModelConfig> blocks, Tensor x) throws CorruptModelException {
        Tensor at = x;
        for (ModelConfig block : blocks) {
            at = layer(block, at);
        }
        return at;
    }

    private Tensor layer(ModelConfig block, Tensor x) throws CorruptModelException {
        return switch (block.string("type")) {
            case "conv" -> {
                int[] p = block.integers("padding");
                int[] s = block.integers("stride");
                Tensor in = x;
                if (p[0] != p[2] || p[1] != p[3]) {
                    in = org.bytedeco.pytorch.global.torch.constant_pad_nd(
                            x, new long[] {p[1], p[3], p[0], p[2]}, new Scalar(0.0));
                    p = new int[4];
                }
                yield conv2d(
                        in,
                        tensors.get(block.string("name") + ".weight"),
                        new TensorOptional(tensors.get(block.string("name") + ".bias")),
                        new long[] {s[0], s[1]},
                        new long[] {p[0], p[1]},
                        new long[] {1, 1},
                        block.has("groups") ? block.integer("groups") : 1);
            }
            case "gelu" -> gelu(x);
            case "layer_norm" -> {
                Tensor weight = tensors.get(block.string("name") + ".weight");
                yield layer_norm(
                                x.permute(0, 2, 3, 1),
                                new long[] {weight.numel()},
                                new TensorOptional(weight),
                                new TensorOptional(tensors.get(block.string("name") + ".bias")),
                                block.number("epsilon"),
                                false)
                        .permute(0, 3, 1, 2);
            }
            case "layer_scale" -> x.mul(tensors.get(block.string("name") + ".gamma").view(1, -1, 1, 1));
            case "residual" -> x.add(blocks(block.objects("body"), x));
            case "pixel_shuffle" -> pixel_shuffle(x, block.integers("factor")[0]);
            default ->
                throw new CorruptModelException("block type is '" + block.string("type") + "', which is not run");
        };
    }

    /** The code vectors nearest to the latents {@code [batch x dim x height x width]}, in their place. */
    Tensor nearest(Tensor latents) {
        Tensor book = tensors.get(TokenizerPeerMain.CODEBOOK);
        Tensor last = latents.permute(0, 2, 3, 1);
        Tensor scores = last.matmul(book.t()).add(halves);
        return book.index_select(
                        0, scores.argmax(new LongOptional(-1), false).view(-1))
                .view(last.shape())
                .permute(0, 3, 1, 2);
    }

    static float[] floats(Tensor tensor) {
        Tensor plain = tensor.contiguous();
        float[] out = new float[Math.toIntExact(plain.numel())];
        new FloatPointer(plain.data_ptr()).get(out);
        return out;
    }
}
