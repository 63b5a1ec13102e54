package dev.tessera.cli.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;

/** The main classes of the modules whose tokens and bitstreams must be the same everywhere, read once. */
final class Libraries {
    static final JavaClasses CLASSES = new ClassFileImporter()
            .importPackages(
                    "dev.tessera.codebook",
                    "dev.tessera.codecs",
                    "dev.tessera.vqmodels",
                    "dev.tessera.image",
                    "dev.tessera.audio",
                    "dev.tessera.features");

    private Libraries() {}
}
