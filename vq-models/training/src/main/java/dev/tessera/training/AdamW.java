package dev.tessera.training;

import dev.tessera.vqmodels.training.TrainingException;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * AdamW (Loshchilov and Hutter 2019, algorithm 2) with the gradient clipped to a norm, over all parameters at once.
 *
 * @param beta1 decay of the first moment
 * @param beta2 decay of the second moment
 * @param epsilon added to the root of the second moment
 * @param weightDecay decoupled, times the learning rate; on parameters that decay
 * @param clip largest Euclidean norm of the gradient of all parameters together
 */
record AdamW(double beta1, double beta2, double epsilon, double weightDecay, double clip) {
    /**
     * One step with the gradients of {@code store}.
     *
     * @param step counted from 1
     * @return the norm of the gradient before clipping
     */
    double step(ParameterStore store, long step, double learningRate) {
        try (NoGradGuard _ = new NoGradGuard()) {
            Tensor gradient = store.gradients();
            double norm = gradient.norm().item_double();
            if (!Double.isFinite(norm)) {
                throw new TrainingException(
                        "the gradient is not finite in step " + step + "; a lower learning-rate may help");
            }
            if (norm > clip) {
                gradient.mul_(new Scalar(clip / norm));
            }
            Tensor first = store.firstMoment();
            Tensor second = store.secondMoment();
            first.mul_(new Scalar(beta1)).add_(gradient, new Scalar(1 - beta1));
            second.mul_(new Scalar(beta2)).addcmul_(gradient, gradient, new Scalar(1 - beta2));
            double correction1 = 1 - Math.pow(beta1, step);
            double correction2 = 1 - Math.pow(beta2, step);
            Tensor denominator = second.div(new Scalar(correction2)).sqrt().add_(new Scalar(epsilon));
            Tensor values = store.values();
            if (weightDecay > 0) {
                values.addcmul_(values, store.decayMask(), new Scalar(-learningRate * weightDecay));
            }
            values.addcdiv_(first.mul(store.rates()), denominator, new Scalar(-learningRate / correction1));
            return norm;
        }
    }
}
