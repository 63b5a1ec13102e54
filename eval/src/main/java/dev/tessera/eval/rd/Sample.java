package dev.tessera.eval.rd;

/**
 * One photo or clip of an experiment.
 *
 * @param name its file name
 * @param group the folder it came from: tables of sound have a row for each
 */
public record Sample<S extends Medium>(String name, String group, S content) {}
