package dev.tessera.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tessera eval}: how near pictures and sounds are to their originals, and at which rate. */
@Command(
        name = "eval",
        description = "Measure how near a picture or sound is to its original, or codecs against each other.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {EvalImageCommand.class, EvalAudioCommand.class, EvalRdCommand.class})
final class EvalCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "eval of what? One of image, audio, rd; see 'tessera eval --help'");
    }
}
