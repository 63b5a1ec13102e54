package dev.tessera.vqmodels.training;

/**
 * How a training ended.
 *
 * @param steps that were made, those before a resume included
 * @param loss mean of the last report
 * @param qualityName what {@code quality} is: psnr or snr, in decibels, or log_mel_distance, in nepers
 * @param quality mean over the training batches of the last report
 * @param utilization share of the codes of the first stage that {@code tokens} tokens hit
 * @param utilizationCeiling what as many independent uniform tokens would be expected to hit
 * @param tokens counted for it
 * @param seconds of this run
 * @param finished whether the last step was made; otherwise it was stopped and can be resumed
 */
public record TrainingResult(
        long steps,
        double loss,
        String qualityName,
        double quality,
        double utilization,
        double utilizationCeiling,
        long tokens,
        double seconds,
        boolean finished) {}
