package dev.tessera.eval.rd;

import java.io.IOException;
import java.util.List;

/** A codec at several operating points. Implementations may be called by several threads at once. */
public interface Coder<S extends Medium> {
    /** What tables call it, e.g. {@code avifenc-half}. */
    String name();

    /** Program, version and fixed arguments: the same identity and setting give the same result. */
    String identity();

    /** Whether results may be kept from one run to the next; a coder that is being worked on says no. */
    boolean cacheable();

    /** Operating points, coarsest first. */
    List<String> settings();

    /** Encodes and decodes {@code sample}. */
    Coded<S> code(S sample, String setting) throws IOException;
}
