package dev.tessera.cli;

import java.io.InputStream;
import java.io.PrintStream;

/**
 * The streams of one run. stdout carries data, or with {@code --json} one JSON object; everything else goes to stderr.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param interactive whether stderr is a terminal, so that a progress bar makes sense
 */
record Console(InputStream in, PrintStream out, PrintStream err, boolean interactive) {}
