package dev.tessera.cli;

import dev.tessera.vqmodels.ModelDescription;
import dev.tessera.vqmodels.ModelRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code tessera models}: what is shipped. */
@Command(name = "models", description = "List the shipped models.")
final class ModelsCommand extends TesseraCommand {
    @Override
    int execute() {
        List<ModelDescription> models = ModelRegistry.load().shipped();
        List<String> lines = new ArrayList<>();
        for (ModelDescription m : models) {
            lines.add(String.format(
                    "%-20s %-9s %-8s %-10s K %-6d stages %-3d %8d bytes  %s%s%s%s",
                    m.name(),
                    lower(m.kind()),
                    lower(m.media()),
                    m.quantizer(),
                    m.codebookSize(),
                    m.stages(),
                    m.bytes(),
                    m.sha256().substring(0, 6),
                    m.isDefault() ? "  default" : "",
                    m.isDefaultCodec() ? "  default of compress" : "",
                    m.deprecated() ? "  deprecated" : ""));
        }
        print(Map.of("models", models.stream().map(ModelDescription::toMap).toList()), lines);
        return ExitCode.DONE;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(java.util.Locale.ROOT);
    }
}
