package dev.tessera.image;

import dev.tessera.codebook.Codebook;
import dev.tessera.codebook.CodebookOrder;
import dev.tessera.codebook.Klt;
import dev.tessera.codebook.Latents;
import dev.tessera.codebook.ProductQuantizer;
import dev.tessera.codebook.learn.KMeans;
import dev.tessera.codebook.learn.KMeansStart;
import dev.tessera.codecs.GridModel;
import dev.tessera.codecs.GridPrior;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Learns an {@link ClassicalImageModel} from picture files: KLT of random blocks, one k-means codebook for each subspace, then the
 * entropy prior and the deblocking strengths from coding the pictures at the recipe's rates.
 *
 * <p>The same files, recipe and seed give the same model for any thread count.
 */
public final class ImageTrainer {
    private final ImageRecipe recipe;
    private final int threads;
    private final Consumer<String> progress;

    /**
     * @param threads for k-means
     * @param progress told what happens, a line at a time
     */
    public ImageTrainer(ImageRecipe recipe, int threads, Consumer<String> progress) {
        this.recipe = recipe;
        this.threads = threads;
        this.progress = progress;
    }

    /**
     * Trains on {@code files}.
     *
     * @throws IOException when a file cannot be read
     * @throws IllegalArgumentException when they hold too few blocks
     */
    public ClassicalImageModel train(List<Path> files) throws IOException {
        if (files.isEmpty()) {
            throw new IllegalArgumentException("there are no pictures to learn from");
        }
        Latents blocks = sampleBlocks(files);
        progress.accept(blocks.count() + " blocks of " + files.size() + " pictures");
        int components = Arrays.stream(recipe.subspaceDims()).sum();
        Klt klt = Klt.fit(blocks, components);
        progress.accept("KLT: " + components + " components");
        ProductQuantizer quantizer = learnCodebooks(klt.transform(blocks));
        BlockTransform plain = new BlockTransform(klt, Deblocking.none(recipe.subspaceDims()));
        GridModel entropy =
                new GridModel(GridPrior.blank(ClassicalImageModel.gridSpec(quantizer, recipe.priorTableBits())), 0, 0);
        DeblockingFit fit = new DeblockingFit(recipe.subspaceDims());
        List<Path> order = new ArrayList<>(files);
        Collections.shuffle(order, new Random(recipe.seed()));
        for (float lambda : recipe.lambdas()) {
            for (Path file : order) {
                Image image = ImageFiles.read(file);
                Latents latents = plain.encode(image);
                TokenSearch search = new TokenSearch(latents, quantizer.codebooks());
                entropy = entropy.next(latents.shape()[0], latents.shape()[1]);
                int[] indices = search.observe(entropy, lambda);
                Latents quantized = quantizer.dequantize(indices, latents.shape());
                fit.add(ColorPlanes.of(image), plain.planesOf(quantized), quantized);
            }
            progress.accept("entropy prior at lambda " + lambda);
        }
        return new ClassicalImageModel(recipe, klt, quantizer, entropy.toPrior(), fit.strengths());
    }

    /** Random blocks at random offsets, so that the block grid of the files leaves no trace. */
    private Latents sampleBlocks(List<Path> files) throws IOException {
        Random random = new Random(recipe.seed());
        List<float[]> kept = new ArrayList<>();
        for (Path file : files) {
            Image image = ImageFiles.read(file);
            int dx = random.nextInt(Math.min(BlockTransform.BLOCK, image.width()));
            int dy = random.nextInt(Math.min(BlockTransform.BLOCK, image.height()));
            Latents vectors = BlockTransform.blockVectors(
                    ColorPlanes.of(image.crop(dx, dy, image.width() - dx, image.height() - dy)));
            List<Integer> order = new ArrayList<>();
            for (int i = 0; i < vectors.count(); i++) {
                order.add(i);
            }
            Collections.shuffle(order, random);
            for (int i : order.subList(0, Math.min(order.size(), recipe.blocksPerImage()))) {
                kept.add(Arrays.copyOfRange(vectors.data(), i * vectors.dim(), (i + 1) * vectors.dim()));
            }
        }
        float[] data = new float[Math.multiplyExact(kept.size(), BlockTransform.BLOCK_DIM)];
        for (int i = 0; i < kept.size(); i++) {
            System.arraycopy(kept.get(i), 0, data, i * BlockTransform.BLOCK_DIM, BlockTransform.BLOCK_DIM);
        }
        return Latents.of(kept.size(), BlockTransform.BLOCK_DIM, data);
    }

    private ProductQuantizer learnCodebooks(Latents latents) {
        List<Codebook> codebooks = new ArrayList<>();
        int from = 0;
        for (int s = 0; s < recipe.subspaceDims().length; s++) {
            int dim = recipe.subspaceDims()[s];
            boolean zero = s > 0;
            float[] part = subspace(latents, from, dim, zero ? recipe.deadZone() : -1);
            int size = recipe.codebookSize() - (zero ? 1 : 0);
            Codebook learnt = KMeans.builder()
                    .codebookSize(size)
                    .iterations(recipe.iterations())
                    .start(KMeansStart.PLUS_PLUS) // what the shipped model was learnt with
                    .seed(recipe.seed() + s)
                    .threads(threads)
                    .build()
                    .fit(Latents.of(part.length / dim, dim, part));
            Codebook ordered = CodebookOrder.tree(learnt);
            codebooks.add(zero ? withZeroFirst(ordered) : ordered);
            progress.accept("codebook of subspace " + s + ": " + codebooks.getLast());
            from += dim;
        }
        return new ProductQuantizer(codebooks);
    }

    /** The vectors of one subspace whose norm is above {@code deadZone}, as many as the recipe wants, evenly picked. */
    private float[] subspace(Latents latents, int from, int dim, float deadZone) {
        int[] rows = new int[latents.count()];
        int count = 0;
        for (int i = 0; i < rows.length; i++) {
            float energy = 0;
            for (int d = 0; d < dim; d++) {
                float v = latents.data()[i * latents.dim() + from + d];
                energy += v * v;
            }
            if (deadZone < 0 || energy > deadZone * deadZone) {
                rows[count++] = i;
            }
        }
        int wanted = (int) Math.min(count, (long) recipe.codebookSize() * recipe.vectorsPerCode());
        float[] out = new float[wanted * dim];
        for (int i = 0; i < wanted; i++) {
            int row = rows[(int) ((long) i * count / wanted)];
            System.arraycopy(latents.data(), row * latents.dim() + from, out, i * dim, dim);
        }
        return out;
    }

    private static Codebook withZeroFirst(Codebook codebook) {
        float[] vectors = codebook.toArray();
        float[] all = new float[vectors.length + codebook.codeDim()];
        System.arraycopy(vectors, 0, all, codebook.codeDim(), vectors.length);
        return Codebook.of(codebook.codebookSize() + 1, codebook.codeDim(), all);
    }
}
