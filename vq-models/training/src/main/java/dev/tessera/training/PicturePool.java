package dev.tessera.training;

import dev.tessera.vqmodels.training.PictureSource;
import dev.tessera.vqmodels.training.PictureSource.Picture;
import dev.tessera.vqmodels.training.TrainingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * Pictures in memory, and random crops of them.
 *
 * <p>All pictures together stay within a budget of bytes: larger ones are reduced by a whole factor (means of squares of pixels),
 * and when there are more than fit at a useful size, a part of them, chosen by seed, is used. So the pool is a function of
 * the pictures, the budget and the seed.
 */
final class PicturePool {
    /** Pictures are not reduced below this side for the sake of the budget; fewer are used instead. */
    private static final int USEFUL_SIDE = 256;

    private static final double LEAST_SHARE = 0.25; // of the width of a picture

    private final List<Picture> pictures;
    private final int smallest;

    private PicturePool(List<Picture> pictures, int smallest) {
        this.pictures = pictures;
        this.smallest = smallest;
    }

    /**
     * Reads the pictures, several at a time; those smaller than a crop are left out.
     *
     * @param crop side of the crops that will be drawn
     * @param budget bytes
     */
    static PicturePool read(
            PictureSource source, int crop, long budget, long seed, int threads, Consumer<String> progress)
            throws IOException {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < source.size(); i++) {
            order.add(i);
        }
        Collections.shuffle(order, new Random(seed));
        long least = 3L * USEFUL_SIDE * USEFUL_SIDE;
        int most = (int) Math.max(1, Math.min(order.size(), budget / least));
        long pixels = Math.max((long) USEFUL_SIDE * USEFUL_SIDE, budget / 3 / Math.max(1, most));
        List<Picture> pictures = new ArrayList<>();
        int tooSmall = 0;
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            List<Future<Picture>> futures = new ArrayList<>();
            for (int index : order.subList(0, most)) {
                futures.add(workers.submit(() -> reduced(source.read(index), pixels, crop)));
            }
            try {
                for (Future<Picture> future : futures) {
                    Picture picture = future.get();
                    if (Math.min(picture.width(), picture.height()) >= crop) {
                        pictures.add(picture);
                    } else {
                        tooSmall++;
                    }
                }
            } catch (ExecutionException e) {
                workers.shutdownNow();
                switch (e.getCause()) {
                    case IOException io -> throw io;
                    case RuntimeException unchecked -> throw unchecked;
                    default -> throw new IllegalStateException(e.getCause());
                }
            } catch (InterruptedException e) {
                workers.shutdownNow();
                Thread.currentThread().interrupt();
                throw new UncheckedIOException(new java.io.InterruptedIOException("reading pictures"));
            }
        }
        if (pictures.isEmpty()) {
            throw new TrainingException("there is no picture of at least " + crop + " x " + crop + " pixels");
        }
        progress.accept(pictures.size() + " pictures"
                + (tooSmall == 0 ? "" : ", " + tooSmall + " are smaller than a crop of " + crop)
                + (most == order.size() ? "" : ", " + (order.size() - most) + " have no room in memory"));
        return new PicturePool(pictures, crop);
    }

    private static Picture reduced(Picture picture, long pixels, int crop) {
        int factor = 1;
        while ((long) (picture.width() / factor) * (picture.height() / factor) > pixels
                && Math.min(picture.width(), picture.height()) / (factor + 1) >= crop) {
            factor++;
        }
        return factor == 1
                ? picture
                : window(picture, 0, 0, picture.width() / factor, picture.height() / factor, factor);
    }

    /** The {@code width x height} means of squares of {@code factor} pixels from (x, y) on. */
    private static Picture window(Picture picture, int x, int y, int width, int height, int factor) {
        return shrunk(picture, x, y, width * factor, height * factor, width, height);
    }

    /** The {@code width x height} pixels from (x, y) on as {@code toWidth x toHeight} means of those that a pixel touches. */
    private static Picture shrunk(Picture picture, int x, int y, int width, int height, int toWidth, int toHeight) {
        byte[] out = new byte[3 * toWidth * toHeight];
        for (int row = 0; row < toHeight; row++) {
            int top = y + (int) ((long) row * height / toHeight);
            int bottom = y + (int) Math.ceilDiv((row + 1L) * height, toHeight);
            for (int column = 0; column < toWidth; column++) {
                int left = x + (int) ((long) column * width / toWidth);
                int right = x + (int) Math.ceilDiv((column + 1L) * width, toWidth);
                int area = (bottom - top) * (right - left);
                for (int c = 0; c < 3; c++) {
                    int sum = area / 2;
                    for (int py = top; py < bottom; py++) {
                        int at = 3 * (py * picture.width() + left) + c;
                        for (int px = left; px < right; px++, at += 3) {
                            sum += picture.rgb()[at] & 0xFF;
                        }
                    }
                    out[3 * (row * toWidth + column) + c] = (byte) (sum / area);
                }
            }
        }
        return new Picture(toWidth, toHeight, out);
    }

    int size() {
        return pictures.size();
    }

    /**
     * Random crops: any picture, any place, a scale that the picture has room for (half size with probability 1/3), and all eight
     * flips and quarter turns where {@code turns} is set, else left-right flips.
     *
     * @param side at most the side that the pool was read for
     * @return {@code [count x 3 x side x side]}, 0..1
     */
    float[] crops(int count, int side, boolean turns, SplittableRandom random) {
        if (side > smallest) {
            throw new IllegalArgumentException("side is " + side + ", must be at most " + smallest);
        }
        float[] out = new float[count * 3 * side * side];
        for (int i = 0; i < count; i++) {
            Picture picture = pictures.get(random.nextInt(pictures.size()));
            int room = Math.min(picture.width(), picture.height()) / side;
            int factor = random.nextInt(3) == 0 && room >= 2 ? 2 : 1;
            int x = random.nextInt(picture.width() - side * factor + 1);
            int y = random.nextInt(picture.height() - side * factor + 1);
            int flip = random.nextInt(8) & (turns ? 7 : 1);
            put(window(picture, x, y, side, side, factor), flip, out, i * 3 * side * side);
        }
        return out;
    }

    /**
     * Random pictures brought to one size: all of a picture or a part of it, of the same shape, at least a quarter as wide and at
     * least {@code side} pixels; its sides may shrink by different factors.
     *
     * @param side at most the side that the pool was read for
     * @return {@code [count x 3 x side x side]}, 0..1
     */
    float[] wholes(int count, int side, boolean turns, SplittableRandom random) {
        float[] out = new float[count * 3 * side * side];
        for (int i = 0; i < count; i++) {
            Picture picture = pictures.get(random.nextInt(pictures.size()));
            double share = LEAST_SHARE + (1 - LEAST_SHARE) * random.nextDouble();
            int width = Math.max(side, (int) (share * picture.width()));
            int height = Math.max(side, (int) (share * picture.height()));
            int x = random.nextInt(picture.width() - width + 1);
            int y = random.nextInt(picture.height() - height + 1);
            int flip = random.nextInt(8) & (turns ? 7 : 1);
            put(shrunk(picture, x, y, width, height, side, side), flip, out, i * 3 * side * side);
        }
        return out;
    }

    private static void put(Picture crop, int flip, float[] out, int offset) {
        int side = crop.width();
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                int fromX = (flip & 1) == 0 ? x : side - 1 - x;
                int fromY = (flip & 2) == 0 ? y : side - 1 - y;
                int from = 3 * ((flip & 4) == 0 ? fromY * side + fromX : fromX * side + fromY);
                for (int c = 0; c < 3; c++) {
                    out[offset + (c * side + y) * side + x] = (crop.rgb()[from + c] & 0xFF) / 255f;
                }
            }
        }
    }
}
