package dev.tessera.cli;

import dev.tessera.codebook.learn.KMeansStart;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;

/** Reads the name of a start of k-means after {@code --start}, and lists them all. */
final class StartNames implements ITypeConverter<KMeansStart>, Iterable<String> {
    @Override
    public KMeansStart convert(String name) {
        for (KMeansStart start : KMeansStart.values()) {
            if (commandName(start).equals(name.toLowerCase(Locale.ROOT))) {
                return start;
            }
        }
        throw new picocli.CommandLine.TypeConversionException(
                "'" + name + "' is no start, must be one of " + String.join(", ", this));
    }

    @Override
    public Iterator<String> iterator() {
        return Arrays.stream(KMeansStart.values()).map(StartNames::commandName).iterator();
    }

    private static String commandName(KMeansStart start) {
        return start.name().replace("_", "").toLowerCase(Locale.ROOT);
    }
}
