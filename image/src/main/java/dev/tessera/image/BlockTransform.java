package dev.tessera.image;

import dev.tessera.codebook.Decoder;
import dev.tessera.codebook.Encoder;
import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;

/**
 * Blocks of {@value #BLOCK} x {@value #BLOCK} pixels and their Karhunen-Loeve transform: {@link Image} to latents
 * {@code [block rows, block columns] x components} and back.
 *
 * <p>A block is the vector of its 256 luma values and its 64 + 64 chroma values, the latter doubled, so that a squared
 * error of the vector is about a third of the squared error of the RGB block. Decoded pictures have whole blocks; crop
 * them with {@link #decode(Latents, int, int)}.
 */
final class BlockTransform implements Encoder<Image>, Decoder<Image> {
    /** Pixels per side of a block. */
    static final int BLOCK = 16;

    private static final int HALF = BLOCK / 2;
    private static final float CHROMA_WEIGHT = 2;

    /** Dimension of a block's vector. */
    static final int BLOCK_DIM = BLOCK * BLOCK + 2 * HALF * HALF;

    private final Klt klt;
    private final Deblocking deblocking;

    BlockTransform(Klt klt, Deblocking deblocking) {
        if (klt.inputDim() != BLOCK_DIM) {
            throw new IllegalArgumentException(
                    "the transform takes vectors of " + klt.inputDim() + ", blocks have " + BLOCK_DIM);
        }
        this.klt = klt;
        this.deblocking = deblocking;
    }

    /** Number of blocks that cover {@code extent} pixels. */
    static int blocks(int extent) {
        return Math.ceilDiv(extent, BLOCK);
    }

    /** The vectors of all blocks, {@code [block rows, block columns] x BLOCK_DIM}. */
    static Latents blockVectors(ColorPlanes planes) {
        int rows = planes.height() / BLOCK;
        int columns = planes.width() / BLOCK;
        float[] out = new float[Math.multiplyExact(Math.multiplyExact(rows, columns), BLOCK_DIM)];
        int to = 0;
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                to = gather(planes.luma(), planes.width(), row, column, BLOCK, 1, out, to);
                to = gather(planes.cb(), planes.width() / 2, row, column, HALF, CHROMA_WEIGHT, out, to);
                to = gather(planes.cr(), planes.width() / 2, row, column, HALF, CHROMA_WEIGHT, out, to);
            }
        }
        return Latents.of(new int[] {rows, columns}, BLOCK_DIM, out);
    }

    @Override
    public Latents encode(Image image) {
        return klt.transform(blockVectors(ColorPlanes.of(image)));
    }

    @Override
    public Image decode(Latents latents) {
        int[] shape = latents.shape();
        return decode(latents, shape[1] * BLOCK, shape[0] * BLOCK);
    }

    /** Decodes and crops to {@code width x height} pixels. */
    Image decode(Latents latents, int width, int height) {
        return decodePlanes(latents).toImage(width, height);
    }

    /** Decodes to planes, block edges smoothed. */
    ColorPlanes decodePlanes(Latents latents) {
        ColorPlanes planes = planesOf(latents);
        deblocking.apply(planes, latents);
        return planes;
    }

    /** Decodes to planes as they come out of the blocks. */
    ColorPlanes planesOf(Latents latents) {
        int[] shape = latents.shape();
        if (shape.length != 2) {
            throw new IllegalArgumentException("latents have a grid of " + shape.length + " extents, must be 2");
        }
        ColorPlanes planes = ColorPlanes.blank(shape[0], shape[1]);
        float[] vectors = klt.inverse(latents).data();
        int from = 0;
        for (int row = 0; row < shape[0]; row++) {
            for (int column = 0; column < shape[1]; column++) {
                from = scatter(vectors, from, planes.luma(), planes.width(), row, column, BLOCK, 1);
                from = scatter(vectors, from, planes.cb(), planes.width() / 2, row, column, HALF, 1 / CHROMA_WEIGHT);
                from = scatter(vectors, from, planes.cr(), planes.width() / 2, row, column, HALF, 1 / CHROMA_WEIGHT);
            }
        }
        return planes;
    }

    private static int gather(
            float[] plane, int stride, int row, int column, int side, float weight, float[] out, int to) {
        int next = to;
        for (int y = 0; y < side; y++) {
            int from = (row * side + y) * stride + column * side;
            for (int x = 0; x < side; x++) {
                out[next++] = weight * plane[from + x];
            }
        }
        return next;
    }

    private static int scatter(
            float[] vectors, int from, float[] plane, int stride, int row, int column, int side, float weight) {
        int next = from;
        for (int y = 0; y < side; y++) {
            int to = (row * side + y) * stride + column * side;
            for (int x = 0; x < side; x++) {
                plane[to + x] = weight * vectors[next++];
            }
        }
        return next;
    }
}
