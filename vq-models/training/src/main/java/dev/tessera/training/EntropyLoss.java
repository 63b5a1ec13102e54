package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.addmm;
import static org.bytedeco.pytorch.global.torch.log_softmax;
import static org.bytedeco.pytorch.global.torch.zeros;
import static org.bytedeco.pytorch.global.torch.zeros_like;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Mean entropy of single assignments minus the entropy of the mean assignment (Yu et al. 2024, LFQ, equation 4). */
final class EntropyLoss {
    private static final double EPSILON = 1e-5; // as in the ports: log of a mean that may be 0

    /** Latents whose assignments are in memory at once: 64 x 16,384 of them are 4 MB. */
    private static final int CHUNK = 64;

    private EntropyLoss() {}

    /**
     * In nats; negative when the batch uses many codes and each latent is sure of its own.
     *
     * @param logits of soft assignments, {@code [N x K]}
     * @param diversity weight of the second term
     */
    static Tensor of(Tensor logits, double diversity) {
        Tensor logs = log_softmax(logits, -1);
        Tensor shares = logs.exp();
        Tensor single = shares.mul(logs).sum(-1L).mean().neg();
        Tensor mean = Tensors.meanFirst(shares);
        Tensor batch = mean.mul(Tensors.plus(mean, EPSILON).log()).sum().neg();
        return single.sub(Tensors.scale(batch, diversity));
    }

    /**
     * The same for assignments softmax(-|z - c|^2 / temperature), a few latents at a time: an {@code N x K} matrix with all that its
     * gradient needs would be several hundred megabytes for a large codebook.
     *
     * <p>With shares p, their logarithms l and means m over the latents, the gradient by the logit of latent n and code k is
     * p (t - sum over codes of p t) / N, t = diversity (log(m + epsilon) + m / (m + epsilon)) - l.
     *
     * @param latents z, {@code [N x D]}
     * @param vectors c, {@code [K x D]}
     */
    static Tensor ofDistances(Tensor latents, Tensor vectors, double temperature, double diversity) {
        Tensor z = latents.detach();
        Tensor c = vectors.detach();
        Tensor byLatents;
        Tensor byVectors;
        Tensor value;
        try (NoGradGuard _ = new NoGradGuard()) {
            // |z|^2 is the same for all codes of a latent and falls out
            Tensor offsets = Tensors.scale(c.square().sum(-1L).unsqueeze(0), -1 / temperature);
            Tensor transposed = Tensors.scale(c.t(), 2 / temperature);
            long count = z.size(0);
            Tensor sum = zeros(c.size(0));
            Tensor negated = zeros(); // sum of the entropies, negated
            for (long from = 0; from < count; from += CHUNK) {
                try (PointerScope _ = new PointerScope()) {
                    Tensor logs = logs(chunk(z, from), transposed, offsets);
                    Tensor shares = logs.exp();
                    sum.add_(shares.sum(0L));
                    negated.add_(logs.mul_(shares).sum());
                }
            }
            Tensor mean = Tensors.scale(sum, 1.0 / count);
            Tensor floored = Tensors.plus(mean, EPSILON);
            value = Tensors.scale(mean.mul(floored.log()).sum(), diversity).sub(Tensors.scale(negated, 1.0 / count));
            Tensor weights = Tensors.scale(floored.log().add(mean.div(floored)), diversity);
            byLatents = zeros_like(z);
            byVectors = zeros_like(c);
            Tensor total = zeros(c.size(0));
            for (long from = 0; from < count; from += CHUNK) {
                try (PointerScope _ = new PointerScope()) {
                    Tensor some = chunk(z, from);
                    Tensor logs = logs(some, transposed, offsets);
                    Tensor shares = logs.exp();
                    Tensor terms = logs.neg_().add_(weights);
                    Tensor means = Tensors.sumLast(shares.mul(terms));
                    Tensor gradient = terms.sub_(means).mul_(shares);
                    chunk(byLatents, from).copy_(gradient.matmul(c));
                    byVectors.addmm_(gradient.t(), some);
                    total.add_(gradient.sum(0L));
                }
            }
            byVectors.sub_(c.mul(total.unsqueeze(1)));
            byLatents.mul_(new Scalar(2 / temperature / count));
            byVectors.mul_(new Scalar(2 / temperature / count));
        }
        // its value is that of the loss, its gradients are those above
        Tensor carrier = latents.mul(byLatents).sum().add(vectors.mul(byVectors).sum());
        return carrier.sub(carrier.detach()).add(value);
    }

    private static Tensor chunk(Tensor rows, long from) {
        return rows.narrow(0, from, Math.min(CHUNK, rows.size(0) - from));
    }

    private static Tensor logs(Tensor latents, Tensor transposed, Tensor offsets) {
        return log_softmax(addmm(offsets, latents, transposed), -1);
    }
}
