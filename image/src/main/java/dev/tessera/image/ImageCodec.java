package dev.tessera.image;

import dev.tessera.codebook.Tokens;
import dev.tessera.codecs.CorruptBitstreamException;
import dev.tessera.codecs.RateSearch;
import dev.tessera.codecs.RateTarget;
import dev.tessera.codecs.container.ImageGeometry;
import dev.tessera.codecs.container.Tolerance;
import dev.tessera.codecs.container.TsrFile;
import dev.tessera.codecs.container.TsrHeader;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.TokenizerFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * An {@link ImageModel} with its entropy model and the {@code .tsr} container: picture to file and back.
 *
 * <p>The same picture, model and target give the same bytes on every machine, and the same bytes the same picture.
 * Immutable, safe to share.
 */
public final class ImageCodec implements PictureCodec {
    private static final int GREY_FLAG = 1;
    private static final int ALPHA_FLAG = 2;

    /** The parameters above the flags: stages of the model that are not in the file, or dropped digits where there is one stage. */
    private static final int OMITTED_SHIFT = 2;

    private static final float NOTHING_BUT_BITS = 1e12f; // lambda of the smallest file

    private static final int DROPPED_STEP = 3; // of the first look for the best number of dropped digits

    private final ImageModel model;
    private final int stages;

    /** @throws IllegalArgumentException when the model has no entropy prior yet */
    public ImageCodec(ImageModel model) {
        this.model = model;
        this.stages = model.prior().spec().stages();
    }

    @Override
    public ModelFile modelFile() {
        return model.file();
    }

    @Override
    public boolean has(TsrLayout layout) {
        return true;
    }

    @Override
    public Packed pack(Image image, RateTarget target, TsrLayout layout, int threads) {
        Compressed compressed = compress(image, target, layout, threads);
        Tokens tokens = compressed.tokens();
        double nominalBits = 0;
        for (int size : tokens.codebookSizes()) {
            nominalBits += tokens.positions() * StrictMath.log(size) / StrictMath.log(2);
        }
        return new Packed(
                compressed.bytes(), (long) tokens.stages() * tokens.positions(), nominalBits, compressed.finest());
    }

    /**
     * A file and what it holds.
     *
     * @param bytes the whole {@code .tsr} file
     * @param tokens the tokens of the colours, of the stages that are in the file; where their indices lost digits, those of the smaller
     *     codebook, in the order of the coder
     * @param finest whether they are those of the tokenizer, so that more bytes would give no better picture
     */
    public record Compressed(byte[] bytes, Tokens tokens, boolean finest) {}

    /**
     * Compresses {@code image} in the single layout with one thread; see
     * {@link #compress(Image, RateTarget, TsrLayout, int)}.
     */
    public Compressed compress(Image image, RateTarget target) {
        return compress(image, target, TsrLayout.SINGLE, 1);
    }

    /**
     * Compresses {@code image}.
     *
     * @param threads for the chunks of the independent layout, at least 1; the bytes do not depend on it
     * @throws IllegalArgumentException when the budget is below the smallest possible file; the message names the
     *     minimum
     */
    public Compressed compress(Image image, RateTarget target, TsrLayout layout, int threads) {
        Attempts attempts = new Attempts(image, layout, threads);
        Choice choice = switch (target) {
            case RateTarget.Quality quality -> attempts.at(model.lambdaOf(quality.quality()));
            case RateTarget.Bytes bytes -> attempts.within(bytes.budget());
        };
        return new Compressed(
                TsrFile.write(choice.header, layout, choice.chunks), tokens(image, choice), choice.finest);
    }

    /**
     * What a choice of tokens came to.
     *
     * @param indices of the colours and of alpha as coded, {@code [positions x stages of the model]}
     */
    private record Choice(
            TsrHeader header, TokenDepth depth, List<byte[]> chunks, List<int[]> indices, boolean finest) {}

    /** A choice and its sum of squared distances, which is not asked for of the finest. */
    private record Scored(Choice choice, double distortion) {}

    /** Files of one picture that differ in their rate. */
    private final class Attempts {
        private final ImageGeometry geometry;
        private final TsrLayout layout;
        private final int threads;
        private final int flags;
        private final List<TokenChoice> planes = new ArrayList<>(); // colours, then alpha when there is one

        Attempts(Image image, TsrLayout layout, int threads) {
            this.geometry = new ImageGeometry(image.width(), image.height());
            this.layout = layout;
            this.threads = threads;
            this.flags = (image.isGrey() ? GREY_FLAG : 0) | (image.alpha() == null ? 0 : ALPHA_FLAG);
            planes.add(model.choose(image, threads));
            if (image.alpha() != null) {
                planes.add(model.choose(image.alphaAsGrey(), threads));
            }
        }

        /** The file in which a bit is worth {@code lambda}. */
        Choice at(float lambda) {
            return attempt(planes, new TokenDepth(model.prior(), stages, 0), lambda, lambda, 0);
        }

        /** The best file of at most {@code budget} bytes. */
        Choice within(long budget) {
            return planes.getFirst().weighsBits() ? bestDropped(budget) : mostStages(budget);
        }

        /**
         * The file of the least distortion among those of indices of any length. Which length is best depends on the picture, and grows
         * with the budget; distortion has one minimum but for ripples, so a coarse look and one beside its best find it.
         */
        private Choice bestDropped(long budget) {
            Scored best = scored(shorter(0), 0, budget);
            if (best.choice.finest) {
                return best.choice;
            }
            for (int dropped = DROPPED_STEP; dropped <= model.mostDropped(); dropped += DROPPED_STEP) {
                best = better(best, dropped, budget);
            }
            int middle = best.choice.depth.dropped();
            int last = Math.min(model.mostDropped(), middle + 1);
            for (int dropped = Math.max(1, middle - 1); dropped <= last; dropped++) {
                best = dropped == middle ? best : better(best, dropped, budget);
            }
            return best.choice;
        }

        private List<TokenChoice> shorter(int dropped) {
            return planes.stream().map(plane -> plane.shorter(dropped)).toList();
        }

        private Scored better(Scored best, int dropped, long budget) {
            List<TokenChoice> choices = shorter(dropped);
            TokenDepth depth = new TokenDepth(model.prior(), stages, dropped);
            if (size(attempt(choices, depth, NOTHING_BUT_BITS, NOTHING_BUT_BITS, 0)) > budget) {
                return best;
            }
            Scored other = scored(choices, dropped, budget);
            return other.distortion < best.distortion ? other : best;
        }

        private Scored scored(List<TokenChoice> choices, int dropped, long budget) {
            TokenDepth depth = new TokenDepth(model.prior(), stages, dropped);
            Choice choice = RateSearch.withinBudget(
                    (before, after, switchAt) -> attempt(choices, depth, before, after, switchAt),
                    this::size,
                    choices.getFirst().positions(),
                    budget,
                    model.startLambda());
            double distortion = 0;
            for (int p = 0; p < choices.size() && !choice.finest; p++) {
                distortion += choices.get(p).distortion(choice.indices.get(p));
            }
            return new Scored(choice, distortion);
        }

        private Choice mostStages(long budget) {
            long smallest = 0;
            for (int n = stages; n >= model.fewestStages(); n--) {
                Choice choice = attempt(planes, new TokenDepth(model.prior(), n, 0), 0, 0, 0);
                smallest = size(choice);
                if (smallest <= budget) {
                    return choice;
                }
            }
            throw new IllegalArgumentException(
                    "the budget of " + budget + " bytes is below the smallest possible file, " + smallest + " bytes");
        }

        private long size(Choice choice) {
            return TsrFile.size(choice.header, layout, choice.chunks);
        }

        private Choice attempt(
                List<TokenChoice> choices, TokenDepth depth, float lambdaBefore, float lambdaAfter, int switchAt) {
            List<TokenWriter.Source> sources = new ArrayList<>();
            List<int[]> indices = new ArrayList<>();
            for (TokenChoice plane : choices) {
                indices.add(new int[Math.multiplyExact(plane.positions(), stages)]);
                sources.add(plane.source(lambdaBefore, lambdaAfter, switchAt, indices.getLast()));
            }
            int omitted = stages - depth.stages() + depth.dropped();
            TsrHeader header = new TsrHeader(model.hash(), geometry, flags | omitted << OMITTED_SHIFT);
            boolean weighed = planes.getFirst().weighsBits() && (lambdaBefore != 0 || lambdaAfter != 0);
            return new Choice(
                    header,
                    depth,
                    writer(geometry, depth, threads).write(layout, sources),
                    indices,
                    omitted == 0 && !weighed);
        }
    }

    private Tokens tokens(Image image, Choice choice) {
        int[] coded = choice.indices.getFirst();
        int[] indices = choice.depth.dropped() > 0
                ? coded
                : TokenizerFile.firstStages(model.toIndices(coded), stages, choice.depth.stages());
        PatchGrid grid = model.grid(image.width(), image.height());
        return Tokens.ofPositionMajor(new int[] {grid.rows(), grid.columns()}, choice.depth.codebookSizes(), indices);
    }

    /**
     * The same tokens in another layout: the picture stays the same to the last bit.
     *
     * @param file a whole file that this model made
     * @param threads as for {@link #compress(Image, RateTarget, TsrLayout, int)}
     */
    public byte[] relayout(TsrFile file, TsrLayout layout, int threads) throws IOException {
        ImageGeometry geometry = check(file);
        if (file.missingChunks().length > 0) {
            throw new IllegalArgumentException("the file has missing chunks, must be whole");
        }
        List<TokenWriter.Source> planes = readTokens(file, geometry, threads).stream()
                .map(tokens -> TokenWriter.known(tokens.indices(), stages))
                .toList();
        return TsrFile.write(
                file.header(), layout, writer(geometry, depth(file), threads).write(layout, planes));
    }

    /** The picture in a file that this model made, with one thread; see {@link #decompress(TsrFile, int)}. */
    public Image decompress(TsrFile file) throws IOException {
        return decompress(file, 1);
    }

    /**
     * The picture in a file that this model made. Where chunks are missing and the file was read with
     * {@link Tolerance#CONCEAL}, lost blocks are what the model expects beside their neighbours, or, where it was not trained to, are
     * filled from the neighbours' rims; with {@link Tolerance#PREFIX} they have the mean of the decoded ones. In the progressive layout lost chunks are detail
     * that is left out.
     *
     * @param threads for the chunks of the independent layout, at least 1; the picture does not depend on it
     * @throws CorruptBitstreamException when the payload does not fit the header
     */
    @Override
    public Image decompress(TsrFile file, int threads) throws IOException {
        ImageGeometry geometry = check(file);
        List<CodedTokens> tokens = readTokens(file, geometry, threads);
        boolean grey = (file.header().parameters() & GREY_FLAG) != 0;
        Image image = model.decode(tokens.getFirst(), geometry, grey, threads);
        return tokens.size() == 1
                ? image
                : image.withAlpha(
                        model.decode(tokens.getLast(), geometry, true, threads).plane(0));
    }

    /** Number of tokens that missing chunks of {@code file} held, and that {@link #decompress} makes up for. */
    @Override
    public long missingTokens(TsrFile file) throws IOException {
        ImageGeometry geometry = check(file);
        PatchGrid grid = grid(geometry);
        int tokens = planes(file) * stages(file);
        return switch (file.layout()) {
            case SINGLE -> 0;
            case PROGRESSIVE ->
                (long) grid.rows() * grid.columns() * planes(file) * (stages(file) - file.wholePrefix());
            case INDEPENDENT -> {
                List<SubGrid> grids = SubGrid.independent(grid.rows(), grid.columns());
                yield Arrays.stream(file.missingChunks())
                        .mapToLong(i -> grids.get(i).count() * tokens)
                        .sum();
            }
        };
    }

    private ImageGeometry check(TsrFile file) throws CorruptBitstreamException {
        if (!(file.header().geometry() instanceof ImageGeometry geometry)) {
            throw new CorruptBitstreamException(0, "the file holds no picture");
        }
        if (!file.header().model().equals(model.hash())) {
            throw new CorruptBitstreamException(
                    2, "the file was made with model " + file.header().model() + ", this is " + model.hash());
        }
        int omitted = omitted(file);
        int most = mostOmitted();
        if (omitted > most) {
            String what = dropsDigits() ? " digits of indices" : " stages";
            throw new CorruptBitstreamException(
                    0, omitted + what + " are said to be left out, must be in [0, " + most + "]");
        }
        TokenReader reader = reader(geometry, depth(file), 1);
        if (file.chunkCount() != reader.chunks(file.layout())) {
            throw new CorruptBitstreamException(
                    0, "the file has " + file.chunkCount() + " chunks, must have " + reader.chunks(file.layout()));
        }
        return geometry;
    }

    private static int planes(TsrFile file) {
        return (file.header().parameters() & ALPHA_FLAG) != 0 ? 2 : 1;
    }

    /** Whether what a file leaves out are digits of indices; otherwise it is stages. */
    private boolean dropsDigits() {
        return model.mostDropped() > 0;
    }

    private int mostOmitted() {
        return dropsDigits() ? model.mostDropped() : stages - model.fewestStages();
    }

    private static int omitted(TsrFile file) {
        return file.header().parameters() >>> OMITTED_SHIFT;
    }

    private TokenDepth depth(TsrFile file) {
        return dropsDigits()
                ? new TokenDepth(model.prior(), stages, omitted(file))
                : new TokenDepth(model.prior(), stages - omitted(file), 0);
    }

    /** Stages that the whole file has. */
    private int stages(TsrFile file) {
        return depth(file).stages();
    }

    private List<CodedTokens> readTokens(TsrFile file, ImageGeometry geometry, int threads)
            throws CorruptBitstreamException {
        return reader(geometry, depth(file), threads).read(file, planes(file));
    }

    private TokenWriter writer(ImageGeometry geometry, TokenDepth depth, int threads) {
        PatchGrid grid = grid(geometry);
        return new TokenWriter(depth, grid.rows(), grid.columns(), threads);
    }

    private TokenReader reader(ImageGeometry geometry, TokenDepth depth, int threads) {
        PatchGrid grid = grid(geometry);
        return new TokenReader(depth, grid.rows(), grid.columns(), threads);
    }

    private PatchGrid grid(ImageGeometry geometry) {
        return model.grid(geometry.width(), geometry.height());
    }
}
