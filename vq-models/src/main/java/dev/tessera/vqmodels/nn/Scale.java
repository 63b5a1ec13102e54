package dev.tessera.vqmodels.nn;

/**
 * How sizes change, in lowest terms.
 *
 * @param upY output rows for {@code downY} input rows
 * @param downY input rows for {@code upY} output rows
 * @param upX output columns for {@code downX} input columns
 * @param downX input columns for {@code upX} output columns
 */
public record Scale(int upY, int downY, int upX, int downX) {
    /** Sizes stay. */
    static final Scale SAME = new Scale(1, 1, 1, 1);

    public Scale {
        int y = gcd(upY, downY);
        int x = gcd(upX, downX);
        upY /= y;
        downY /= y;
        upX /= x;
        downX /= x;
    }

    static Scale up(int y, int x) {
        return new Scale(y, 1, x, 1);
    }

    static Scale down(int y, int x) {
        return new Scale(1, y, 1, x);
    }

    /** This scale and {@code next} one after the other; ArithmeticException when the numbers pass 2^31. */
    Scale then(Scale next) {
        int y = gcd(upY, next.downY);
        int yy = gcd(next.upY, downY);
        int x = gcd(upX, next.downX);
        int xx = gcd(next.upX, downX);
        return new Scale(
                Math.multiplyExact(upY / y, next.upY / yy),
                Math.multiplyExact(downY / yy, next.downY / y),
                Math.multiplyExact(upX / x, next.upX / xx),
                Math.multiplyExact(downX / xx, next.downX / x));
    }

    static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
