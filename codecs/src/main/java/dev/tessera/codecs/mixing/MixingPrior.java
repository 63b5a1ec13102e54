package dev.tessera.codecs.mixing;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What a {@link MixingTokenModel} has learnt from training files, to be shipped with a codebook: counts of contexts, mixing
 * weights and the predictors of the geometry. A single file of some thousand tokens is too short to learn them. Immutable.
 *
 * <p>A model that starts here counts every context twice: it goes on with the shipped counts, and begins others that only
 * know the file at hand. A {@link TokenNetwork} may be one more opinion that is mixed. Integers only, like the model.
 */
public final class MixingPrior {
    /** Slots enough for some ten thousand tokens of the file at hand. */
    private static final int FRESH_BITS = 16;

    private final TokenStreamSpec spec;
    private final boolean isGrid;
    private final TokenNetwork network; // or null
    private final List<CodeTree> trees;
    private final int[][] state; // of a MixingWalk
    private volatile Integer checksum; // once it was asked for

    private MixingPrior(
            TokenStreamSpec spec, boolean isGrid, TokenNetwork network, List<CodeTree> trees, int[][] state) {
        this.spec = spec;
        this.isGrid = isGrid;
        this.network = network;
        this.trees = trees;
        this.state = state;
    }

    /** Of a model that has learnt nothing. */
    public static MixingPrior blank(TokenStreamSpec spec, boolean isGrid) {
        return blank(spec, isGrid, Optional.empty());
    }

    private static MixingPrior blank(TokenStreamSpec spec, boolean isGrid, Optional<TokenNetwork> network) {
        if (network.isPresent() && !network.get().fits(spec, isGrid)) {
            throw new IllegalArgumentException("network is of other codebook sizes, or not of a grid where these are");
        }
        return new MixingPrior(spec, isGrid, network.orElse(null), spec.trees(isGrid), null);
    }

    /**
     * Learns file by file, in the order given and as they will be coded: each from what those before it left.
     *
     * @param isGrid whether the last two extents of a file are a grid, else the last one is a sequence
     * @throws IllegalArgumentException when the codebook sizes of a file are not those of the spec, or a file has no positions
     */
    public static MixingPrior learn(TokenStreamSpec spec, boolean isGrid, List<Tokens> files) {
        return learn(spec, isGrid, Optional.empty(), files);
    }

    /**
     * The same with a network.
     *
     * @throws IllegalArgumentException also when the network is one of other tokens
     */
    public static MixingPrior learn(
            TokenStreamSpec spec, boolean isGrid, Optional<TokenNetwork> network, List<Tokens> files) {
        MixingPrior prior = blank(spec, isGrid, network);
        for (Tokens file : files) {
            TokenStreams.checkSizes(spec, file);
            int[] shape = file.shape();
            MixingWalk walk = prior.walk(prior.height(shape), shape[shape.length - 1]);
            for (int index : file.toPositionMajor()) {
                walk.observeToken(index);
            }
            prior = new MixingPrior(
                    spec,
                    isGrid,
                    prior.network,
                    prior.trees,
                    walk.state().map(Learnt::values).toArray(int[][]::new));
        }
        return prior;
    }

    /**
     * A prior from its {@link #bytes}.
     *
     * @throws CorruptBitstreamException when they are not those of a prior of this spec, or out of the model's range
     */
    public static MixingPrior of(TokenStreamSpec spec, boolean isGrid, byte[] bytes) throws CorruptBitstreamException {
        return of(spec, isGrid, Optional.empty(), bytes);
    }

    /** The same for a prior that was learnt with {@code network}. */
    public static MixingPrior of(TokenStreamSpec spec, boolean isGrid, Optional<TokenNetwork> network, byte[] bytes)
            throws CorruptBitstreamException {
        MixingPrior blank = blank(spec, isGrid, network);
        List<Learnt> parts = blank.walk(1, 1).state().toList();
        long needed = 4 * parts.stream().mapToLong(part -> part.values().length).sum();
        if (bytes.length != needed) {
            throw new CorruptBitstreamException(
                    bytes.length, "prior has " + bytes.length + " bytes, must have " + needed);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (Learnt part : parts) {
            for (int i = 0; i < part.values().length; i++) {
                int value = in.getInt();
                if (value < part.lowest() || value > part.highest()) {
                    throw new CorruptBitstreamException(
                            in.position() - 4,
                            "number of a prior is " + value + ", must be in [" + part.lowest() + ", " + part.highest()
                                    + "]");
                }
                part.values()[i] = value;
            }
        }
        return new MixingPrior(
                spec,
                isGrid,
                blank.network,
                blank.trees,
                parts.stream().map(Learnt::values).toArray(int[][]::new));
    }

    /** All numbers that a model has learnt but the network, little-endian i32, 4 bytes times 2^tableBits for each table. */
    public byte[] bytes() {
        List<int[]> parts = walk(1, 1).state().map(Learnt::values).toList();
        ByteBuffer out = ByteBuffer.allocate(
                        4 * parts.stream().mapToInt(part -> part.length).sum())
                .order(ByteOrder.LITTLE_ENDIAN);
        parts.forEach(part -> Arrays.stream(part).forEach(out::putInt));
        return out.array();
    }

    public TokenStreamSpec spec() {
        return spec;
    }

    /** Rows of the grids of such a shape, 1 for sequences. */
    int height(int[] shape) {
        if (isGrid && shape.length < 2) {
            throw new IllegalArgumentException("shape is " + Arrays.toString(shape) + ", must have at least 2 extents");
        }
        return isGrid ? shape[shape.length - 2] : 1;
    }

    /** What tells this prior from others. */
    int checksum() {
        if (checksum == null) {
            CRC32C crc = new CRC32C();
            crc.update(bytes());
            if (network != null) {
                crc.update(network.bytes());
            }
            checksum = (int) crc.getValue();
        }
        return checksum;
    }

    /** A walk that goes on from here. */
    MixingWalk walk(int height, int width) {
        TokenGrid grid = new TokenGrid(trees, isGrid, height, width);
        MixingWalk walk = new MixingWalk(grid, !spec.geometry().isEmpty(), network, spec.tableBits(), FRESH_BITS);
        if (state != null) {
            List<Learnt> parts = walk.state().toList();
            for (int i = 0; i < state.length; i++) {
                System.arraycopy(state[i], 0, parts.get(i).values(), 0, state[i].length);
            }
        }
        return walk;
    }
}
