package dev.tessera.training;

import dev.tessera.vqmodels.Media;
import dev.tessera.vqmodels.ModelFile;
import dev.tessera.vqmodels.training.TrainingItems;
import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.pytorch.Tensor;

/** What a {@link Training} does differently for pictures, sounds and series: data, networks, their start and the losses. */
interface Medium {
    Media media();

    /** What the items are called, in the plural: {@code pictures}. */
    String items();

    /** Where they come from. */
    TrainingItems source();

    Network encoder();

    Network decoder();

    /** Channels that go into the encoder. */
    int channels();

    /** Takes the data into memory. */
    void read() throws IOException;

    /** Gives the networks the Karhunen-Loeve transform of the data as their start. */
    void startAsKlt(Bottleneck bottleneck, SplittableRandom random);

    /** The data of a step. */
    float[] draw(SplittableRandom random);

    /** The same as the engine has it, a batch. */
    Tensor tensor(float[] drawn);

    /** The latents {@code [batch x D x height x width]} of a batch. */
    default Tensor encode(Tensor batch) {
        return encoder().forward(batch);
    }

    /** What {@code latents [batch x D x height x width]} stand for, to be held against the batch. */
    default Tensor decode(Tensor latents) {
        return decoder().forward(latents);
    }

    /** Holds an output against what went in. */
    Judgement judge(Tensor output, Tensor original);

    /** The name of {@link Judgement#quality} in curves and reports: {@code psnr}. */
    String qualityName();

    /** Adds what a model file says about this medium, in {@code docs/training.md}. */
    void describe(Map<String, Object> config);

    /** Adds tensors that a model file of this medium has besides networks and quantizer. */
    default void addTensors(ModelFile.Builder builder) {}

    /**
     * How good an output is.
     *
     * @param loss of the reconstruction, a single number with a gradient
     * @param quality a figure for people
     */
    record Judgement(Tensor loss, double quality) {}
}
