package dev.tessera.cli;

import dev.tessera.audio.AudioCodec;
import dev.tessera.audio.AudioFiles;
import dev.tessera.audio.AudioModel;
import dev.tessera.audio.AudioSignal;
import dev.tessera.codecs.container.TsrLayout;
import dev.tessera.eval.rd.Coder;
import dev.tessera.eval.rd.Experiment;
import dev.tessera.eval.rd.Measure;
import dev.tessera.eval.rd.Medium;
import dev.tessera.eval.rd.Peers;
import dev.tessera.eval.rd.PictureReport;
import dev.tessera.eval.rd.Report;
import dev.tessera.eval.rd.Rgb8;
import dev.tessera.eval.rd.Sample;
import dev.tessera.eval.rd.Sound;
import dev.tessera.eval.rd.SoundReport;
import dev.tessera.image.Image;
import dev.tessera.image.ImageFiles;
import dev.tessera.image.PictureCodec;
import dev.tessera.vqmodels.ModelFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tessera eval rd}: rate-distortion curves of our codecs and of others on the same samples. */
@Command(
        name = "rd",
        description = {
            "Rate-distortion curves of our codecs and of those of others that are installed.",
            "Photos are resized (Lanczos) and cropped to 768 x 512; of sounds the first 8 seconds are taken, in one"
                    + " channel at 16 kHz. Writes OUT/pictures and OUT/sounds: report.html, rd.json, an SVG for every"
                    + " measure and curves of every codec in CompressAI's layout. Results of other codecs are kept in"
                    + " OUT/cache."
        })
final class EvalRdCommand extends TesseraCommand {
    private static final String PICTURES = "pictures";
    private static final String SOUNDS = "sounds";
    private static final int WIDTH = 768;
    private static final int HEIGHT = 512;
    private static final int SOUND_RATE = 16_000;
    private static final double SOUND_SECONDS = 8;

    @Mixin
    private Inputs inputs;

    @Option(names = "-o", paramLabel = "OUT", required = true, description = "Folder for the results.")
    private Path output;

    @Option(names = "--model", paramLabel = "M", description = "A name that 'models' lists, or a path.")
    private String model;

    @Mixin
    private EncoderOptions encoder;

    @Option(
            names = "--bpp",
            paramLabel = "R",
            split = ",",
            description = "Budgets of our files of pictures, bits per pixel (default: ${DEFAULT-VALUE}).")
    private List<Double> bitsPerPixel = List.of(.01, .015, .02, .03, .04, .06, .09, .15, .22);

    @Option(
            names = "--kbps",
            paramLabel = "R",
            split = ",",
            description = "Budgets of our files of sounds (default: ${DEFAULT-VALUE}).")
    private List<Double> kbps = List.of(.4, .6, 1., 1.5, 2., 3., 6.);

    @Option(
            names = "--peers",
            paramLabel = "NAME",
            split = ",",
            description = "Other codecs to run, of avifenc, cjxl, cwebp, cjpegli, opusenc and c2enc (default: all).")
    private List<String> peers = known();

    @Option(
            names = "--time-limit",
            paramLabel = "S",
            description = "Seconds that one run of another codec may take (default: ${DEFAULT-VALUE}).")
    private int timeLimit = 120;

    @Mixin
    private LimitOptions limits;

    @Override
    int execute() throws IOException {
        checkOptions();
        for (String kind : List.of(PICTURES, SOUNDS)) {
            checkFree(summary(kind)); // before hours of work, not after them
        }
        List<Sample<Rgb8>> pictures = new ArrayList<>();
        List<Sample<Sound>> sounds = new ArrayList<>();
        for (Input input : inputs.expand(console())) {
            add(input, pictures, sounds);
        }
        if (pictures.isEmpty()) {
            encoder.refuse();
        }
        List<String> lines = new ArrayList<>();
        Map<String, Object> json = new LinkedHashMap<>();
        boolean failed = false;
        if (!pictures.isEmpty()) {
            failed |= write(PICTURES, pictureReport(pictures), json, lines);
        }
        if (!sounds.isEmpty()) {
            failed |= write(SOUNDS, soundReport(sounds), json, lines);
        }
        json.put("items", pictures.size() + sounds.size());
        json.put("output", output.toString());
        print(json, lines);
        return failed ? ExitCode.SOME_FAILED : ExitCode.DONE;
    }

    private void checkOptions() {
        for (String peer : peers) {
            if (!known().contains(peer)) {
                throw new UsageException("--peers has '" + peer + "', must be of " + String.join(", ", known()));
            }
        }
        for (List<Double> budgets : List.of(bitsPerPixel, kbps)) {
            if (budgets.isEmpty() || budgets.stream().anyMatch(b -> !(b > 0))) {
                throw new UsageException("budgets are " + budgets + ", must be above 0");
            }
        }
        if (timeLimit < 1) {
            throw new UsageException("--time-limit is " + timeLimit + ", must be at least 1");
        }
    }

    private void add(Input input, List<Sample<Rgb8>> pictures, List<Sample<Sound>> sounds) throws IOException {
        byte[] file = input.bytes();
        Path folder =
                input.path() == null ? null : input.path().toAbsolutePath().getParent();
        String group = folder == null || folder.getFileName() == null
                ? ""
                : folder.getFileName().toString();
        switch (MediaType.of(file)) {
            case IMAGE -> {
                Image image =
                        ImageFiles.read(file, input.name(), limits.maxPixels).composedOn(255);
                Rgb8 picture = new Rgb8(image.width(), image.height(), image.toRgb8());
                pictures.add(new Sample<>(input.name(), group, picture.standardized(WIDTH, HEIGHT)));
            }
            case AUDIO -> {
                AudioSignal signal = AudioFiles.read(file, input.name(), limits.maxSeconds);
                Sound sound = Sound.standardized(
                        EvalAudioCommand.channels(signal), signal.sampleRate(), SOUND_RATE, SOUND_SECONDS);
                sounds.add(new Sample<>(input.name(), group, sound));
            }
            default -> throw new UsageException(input.name() + " is neither a picture nor a sound");
        }
    }

    private Report pictureReport(List<Sample<Rgb8>> samples) throws IOException {
        PictureCodec codec = encoder.of(new CodecLibrary(model).imageCodec(TsrLayout.SINGLE));
        Peers<Rgb8> others = Peers.pictures(peers, RdFiles.PNG, Duration.ofSeconds(timeLimit));
        List<Coder<Rgb8>> own =
                List.of(new RdPictureCoder(codec, identity(codec.modelFile()) + encoder.said(), bitsPerPixel));
        return PictureReport.of(
                new Experiment<>(Measure.PICTURES, output.resolve("cache"), threads),
                samples,
                own,
                others,
                RdFiles.PNG,
                notes(own, others),
                progress(samples.size()));
    }

    private Report soundReport(List<Sample<Sound>> samples) throws IOException {
        AudioModel audioModel = new CodecLibrary(model).audioCodecModel(TsrLayout.SINGLE);
        Peers<Sound> others = Peers.sounds(peers, RdFiles.WAV, Duration.ofSeconds(timeLimit));
        List<Coder<Sound>> own =
                List.of(new RdSoundCoder(new AudioCodec(audioModel), identity(audioModel.file()), kbps));
        return SoundReport.of(
                new Experiment<>(Measure.SOUNDS, output.resolve("cache"), threads),
                samples,
                own,
                others,
                notes(own, others),
                progress(samples.size()));
    }

    private static String identity(ModelFile file) throws IOException {
        return "model " + file.config().string("name") + ", sha256 " + file.sha256();
    }

    private Consumer<String> progress(int total) {
        int[] done = {0};
        return name -> say(++done[0] + "/" + total + " " + name);
    }

    private <S extends Medium> List<String> notes(List<Coder<S>> own, Peers<S> others) {
        List<String> notes = new ArrayList<>();
        own.forEach(coder -> notes.add(coder.name() + ": " + coder.identity()));
        others.coders().forEach(coder -> notes.add(coder.name() + ": " + coder.identity()));
        others.skipped().forEach(name -> {
            notes.add("SKIPPED: " + name + " is not installed");
            say("SKIPPED: " + name + " is not installed");
        });
        return notes;
    }

    /** Writes a report and returns whether something in it failed. */
    private boolean write(String kind, Report report, Map<String, Object> json, List<String> lines) throws IOException {
        Path folder = output.resolve(kind);
        writeText(summary(kind), Json.write(report.summary()));
        writeText(folder.resolve("report.html"), report.html());
        for (Map.Entry<String, String> plot : report.plots().entrySet()) {
            writeText(folder.resolve(plot.getKey()), plot.getValue());
        }
        for (Map.Entry<String, Map<String, Object>> curve : report.curves().entrySet()) {
            writeText(folder.resolve("curves").resolve(curve.getKey() + ".json"), Json.write(curve.getValue()));
        }
        json.put(kind, report.summary());
        lines.addAll(report.lines());
        List<?> failures = (List<?>) report.summary().get("failures");
        failures.forEach(failure -> console().err().println("tessera: " + Main.oneLine((String) failure)));
        return !failures.isEmpty();
    }

    private Path summary(String kind) {
        return output.resolve(kind).resolve("rd.json");
    }

    private void writeText(Path file, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        writeFile(file, out -> out.write(bytes));
    }

    private static List<String> known() {
        List<String> known = new ArrayList<>(Peers.PICTURE_NAMES);
        known.addAll(Peers.SOUND_NAMES);
        return known;
    }
}
