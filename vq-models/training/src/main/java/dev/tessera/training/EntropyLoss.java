package dev.tessera.training;

import static org.bytedeco.pytorch.global.torch.log_softmax;

import org.bytedeco.pytorch.Tensor;

/** Mean entropy of single assignments minus the entropy of the mean assignment (Yu et al. 2024, LFQ, equation 4). */
final class EntropyLoss {
    private static final double EPSILON = 1e-5; // as in the ports: log of a mean that may be 0

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
}
