package dev.tessera.cli;

import java.io.InputStream;
import java.io.PrintStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code tessera} command. */
@Command(
        name = "tessera",
        description =
                "Vector-quantization tokenizer and codec toolkit: pictures, sound and vectors to tokens and bitstreams.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            CompressCommand.class,
            DecompressCommand.class,
            TokenizeCommand.class,
            DetokenizeCommand.class,
            FitCommand.class,
            AssignCommand.class,
            DequantizeCommand.class,
            TrainCommand.class,
            QuantizeCommand.class,
            UsageCommand.class,
            EvalCommand.class,
            InfoCommand.class,
            ModelsCommand.class,
        })
public final class Main implements Runnable {
    @Spec
    private CommandSpec spec;

    /** Runs the command line and exits. */
    public static void main(String[] args) {
        Console console =
                new Console(System.in, System.out, LauncherStreams.openStderr(), LauncherStreams.interactive());
        int code = run(args, console);
        System.out.flush();
        System.exit(code);
    }

    /** Runs a command line on the given streams, not interactive, and returns its exit code. */
    public static int run(String[] args, InputStream in, PrintStream out, PrintStream err) {
        return run(args, new Console(in, out, err, false));
    }

    private static int run(String[] args, Console console) {
        CommandLine commandLine = new CommandLine(new Main(), new CommandFactory(console));
        commandLine
                .setExpandAtFiles(false) // @list means a list of inputs here
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new java.io.PrintWriter(console.out(), true))
                .setErr(new java.io.PrintWriter(console.err(), true))
                .setParameterExceptionHandler((e, ignored) -> {
                    console.err().println("tessera: " + oneLine(e.getMessage()));
                    return ExitCode.USAGE;
                })
                .setExecutionExceptionHandler((e, line, ignored) -> failed(e, line, console));
        return commandLine.execute(args);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "which command? See 'tessera --help'");
    }

    private static int failed(Exception e, CommandLine line, Console console) {
        console.err().println("tessera: " + oneLine(Failures.message(e)));
        boolean verbose = line.getParseResult().hasMatchedOption("-v");
        if (verbose) {
            e.printStackTrace(console.err());
        }
        return Failures.exitCode(e);
    }

    static String oneLine(String message) {
        return message == null ? "failed" : message.strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    /** Gives every command the console. */
    private record CommandFactory(Console console) implements CommandLine.IFactory {
        @Override
        public <K> K create(Class<K> type) throws Exception {
            K command = CommandLine.defaultFactory().create(type);
            if (command instanceof TesseraCommand tesseraCommand) {
                tesseraCommand.attach(console);
            }
            return command;
        }
    }

    /** The version of the build, from the jar's manifest or the module descriptor. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            if (version == null && Main.class.getModule().getDescriptor() != null) {
                version = Main.class.getModule().getDescriptor().rawVersion().orElse(null);
            }
            return new String[] {"tessera " + (version == null ? "(unpackaged)" : version)};
        }
    }
}
