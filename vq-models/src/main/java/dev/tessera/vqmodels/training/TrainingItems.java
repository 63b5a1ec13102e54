package dev.tessera.vqmodels.training;

/** What a tokenizer learns from, by number. */
public interface TrainingItems {
    /** How many there are. */
    int size();

    /** What tells item {@code index} from others, for instance its path: a resumed training checks it. */
    String name(int index);
}
