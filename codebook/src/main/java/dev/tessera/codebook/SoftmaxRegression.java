package dev.tessera.codebook;

/**
 * Unregularised multinomial logistic regression of classes on features: class c of sample x has the probability
 * softmax(W x + b)[c], and the mean cross-entropy is made small.
 *
 * <p>From W = 0 and b = log class shares, at most 60 Newton steps; each is solved by at most 60 steps of conjugate
 * gradients, halved until it lowers the cross-entropy enough (Armijo). Stops early when half the Newton decrement, an
 * estimate of what is left to gain, is below 1e-9 of the first cross-entropy. For separable classes the optimum is at
 * infinity and each step divides the cross-entropy by about e. One thread; O(samples x features x
 * classes) per step of either kind, samples x classes doubles of memory.
 */
final class SoftmaxRegression {
    private static final int NEWTON_STEPS = 60;
    private static final int GRADIENT_STEPS = 60;
    private static final int HALVINGS = 30;
    private static final double ARMIJO = 1e-4;
    private static final double FLAT = 1e-9;

    private final double[] features; // [samples x width], the last column is 1
    private final int samples;
    private final int width;
    private final int[] classes; // [samples]
    private final int classCount;
    private final double[] probabilities; // [samples x classCount] at the last point of evaluate

    /**
     * @param features {@code [samples x width]}, the last of each row is 1
     * @param classes {@code [samples]}, in {@code [0, classCount)}, all occur
     */
    SoftmaxRegression(double[] features, int samples, int[] classes, int classCount) {
        this.features = features;
        this.samples = samples;
        this.width = features.length / samples;
        this.classes = classes;
        this.classCount = classCount;
        this.probabilities = new double[Math.multiplyExact(samples, classCount)];
    }

    /** The cross-entropy in nats per sample at the end; never above the entropy of the classes. */
    double fit() {
        double[] weights = new double[classCount * width];
        for (int c : classes) {
            weights[c * width + width - 1]++;
        }
        for (int c = 0; c < classCount; c++) {
            int bias = c * width + width - 1;
            weights[bias] = StrictMath.log(weights[bias] / samples);
        }
        double loss = evaluate(weights);
        double flat = FLAT * loss;
        for (int step = 0; step < NEWTON_STEPS; step++) {
            double[] gradient = gradient();
            double norm = Math.sqrt(dot(gradient, gradient));
            double[] direction = newtonDirection(gradient, norm);
            double slope = dot(gradient, direction);
            if (-slope / 2 < flat) {
                break;
            }
            double length = 1;
            double[] candidate = moved(weights, direction, length);
            double reached = evaluate(candidate);
            for (int h = 0; h < HALVINGS && !(reached <= loss + ARMIJO * length * slope); h++) {
                length /= 2;
                candidate = moved(weights, direction, length);
                reached = evaluate(candidate);
            }
            if (!(reached < loss)) {
                break; // rounding level
            }
            weights = candidate;
            loss = reached;
        }
        return loss;
    }

    private static double[] moved(double[] weights, double[] direction, double length) {
        double[] result = new double[weights.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = weights[i] + length * direction[i];
        }
        return result;
    }

    /** Mean cross-entropy; keeps the probabilities. */
    private double evaluate(double[] weights) {
        double sum = 0;
        for (int i = 0; i < samples; i++) {
            int row = i * classCount;
            double most = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classCount; c++) {
                double logit = logit(weights, c, i);
                probabilities[row + c] = logit;
                most = Math.max(most, logit);
            }
            double own = probabilities[row + classes[i]] - most;
            double total = 0;
            for (int c = 0; c < classCount; c++) {
                double e = StrictMath.exp(probabilities[row + c] - most);
                probabilities[row + c] = e;
                total += e;
            }
            for (int c = 0; c < classCount; c++) {
                probabilities[row + c] /= total;
            }
            sum += StrictMath.log(total) - own;
        }
        return sum / samples;
    }

    private double logit(double[] weights, int c, int sample) {
        double sum = 0;
        for (int t = 0; t < width; t++) {
            sum += weights[c * width + t] * features[sample * width + t];
        }
        return sum;
    }

    private double[] gradient() {
        double[] gradient = new double[classCount * width];
        for (int i = 0; i < samples; i++) {
            for (int c = 0; c < classCount; c++) {
                double error = probabilities[i * classCount + c] - (c == classes[i] ? 1 : 0);
                addScaled(gradient, c, error / samples, i);
            }
        }
        return gradient;
    }

    private void addScaled(double[] target, int c, double scale, int sample) {
        for (int t = 0; t < width; t++) {
            target[c * width + t] += scale * features[sample * width + t];
        }
    }

    /** Hessian times v, at the point of the probabilities. */
    private double[] curvature(double[] v) {
        double[] result = new double[v.length];
        double[] logits = new double[classCount];
        for (int i = 0; i < samples; i++) {
            double mean = 0;
            for (int c = 0; c < classCount; c++) {
                logits[c] = logit(v, c, i);
                mean += probabilities[i * classCount + c] * logits[c];
            }
            for (int c = 0; c < classCount; c++) {
                addScaled(result, c, probabilities[i * classCount + c] * (logits[c] - mean) / samples, i);
            }
        }
        return result;
    }

    /**
     * Conjugate gradients on H d = -g, to a residual that falls with the gradient, so that the steps become Newton's.
     */
    private double[] newtonDirection(double[] gradient, double norm) {
        double enough = Math.min(0.1, Math.sqrt(norm)) * norm;
        double[] direction = new double[gradient.length];
        double[] residual = moved(direction, gradient, -1);
        double[] search = residual.clone();
        double squared = norm * norm;
        for (int step = 0; step < GRADIENT_STEPS && Math.sqrt(squared) > enough; step++) {
            double[] curved = curvature(search);
            double along = dot(search, curved);
            if (!(along > 0)) {
                break; // a direction without curvature
            }
            direction = moved(direction, search, squared / along);
            residual = moved(residual, curved, -squared / along);
            double next = dot(residual, residual);
            search = moved(residual, search, next / squared);
            squared = next;
        }
        return dot(gradient, direction) < 0 ? direction : moved(new double[gradient.length], gradient, -1);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
