package dev.tessera.image.transform;

import dev.tessera.image.Image;
import java.util.Arrays;
import java.util.Random;

/**
 * A random part of a photo at a random scale and step, for training.
 *
 * @param planes at the scale at which it is coded
 * @param target luma of the size that a {@link LumaRefiner} makes of the plane of luma
 * @param width of the part at the scale, without padding
 */
record TrainingCrop(SamplePlane[] planes, SamplePlane target, int width, int height, int scale, int step) {
    private static final int LEVELS_PER_HALVING = 8;

    /** @param scaleShares how often each scale is drawn */
    static TrainingCrop draw(Image image, LinearImageRecipe recipe, double[] scaleShares, Random random) {
        int scale = scale(scaleShares, random.nextDouble());
        int step = recipe.firstStep()
                + random.nextInt(recipe.lastStep() - recipe.firstStep() + 1)
                - LEVELS_PER_HALVING * scale;
        int halvings = scale;
        while (Math.max(image.width(), image.height()) >> halvings - scale + 1 >= recipe.side()) {
            halvings++;
        }
        int width = (int) Math.min(image.width(), (long) recipe.cropWidth() << halvings);
        int height = (int) Math.min(image.height(), (long) recipe.cropHeight() << halvings);
        Image part = image.crop(
                random.nextInt(image.width() - width + 1), random.nextInt(image.height() - height + 1), width, height);
        SamplePlane[] planes = PicturePlanes.of(part, halvings);
        return new TrainingCrop(
                planes,
                scale == 0 ? planes[0] : PicturePlanes.of(part, halvings - 1)[0],
                PicturePlanes.scaled(width, halvings),
                PicturePlanes.scaled(height, halvings),
                scale,
                Math.max(0, step));
    }

    private static int scale(double[] shares, double at) {
        double rest = at * Arrays.stream(shares).sum();
        int scale = 0;
        while (scale < shares.length - 1 && rest >= shares[scale]) {
            rest -= shares[scale++];
        }
        return scale;
    }
}
