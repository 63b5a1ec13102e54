package dev.tessera.vqmodels;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One line of the list of models.
 *
 * @param name what {@code --model} takes
 * @param kind classical or neural
 * @param media what it works on
 * @param quantizer name of the learner that made its codebooks
 * @param codebookSize K of a stage, the largest when they differ
 * @param stages indices per position
 * @param sha256 content hash of the file, 64 hexadecimal digits
 * @param bytes size of the file
 * @param isDefault whether it is taken for its media when none is named
 * @param isDefaultCodec whether it is taken instead of the default where files are wanted and no tokens
 * @param deprecated whether it is kept only to read old files
 */
public record ModelDescription(
        String name,
        ModelKind kind,
        Media media,
        String quantizer,
        int codebookSize,
        int stages,
        String sha256,
        long bytes,
        boolean isDefault,
        boolean isDefaultCodec,
        boolean deprecated) {

    /**
     * Describes {@code model} by its configuration ({@code name, kind, media, quantizer, codebook_size, num_stages}), neither
     * default nor deprecated.
     */
    public static ModelDescription of(ModelFile model) throws CorruptModelException {
        ModelConfig config = model.config();
        return new ModelDescription(
                config.string("name"),
                constant(ModelKind.class, config, "kind"),
                constant(Media.class, config, "media"),
                config.string("quantizer"),
                config.integer("codebook_size"),
                config.integer("num_stages"),
                model.sha256(),
                model.sizeBytes(),
                false,
                false,
                false);
    }

    /** The same model as the default of its media. */
    public ModelDescription asDefault() {
        return withRoles(true, isDefaultCodec, deprecated);
    }

    /** The same model as the one that files are made with. */
    public ModelDescription asDefaultCodec() {
        return withRoles(isDefault, true, deprecated);
    }

    /** The same model as one that is kept only to read old files. */
    public ModelDescription asDeprecated() {
        return withRoles(false, false, true);
    }

    private ModelDescription withRoles(boolean newDefault, boolean newDefaultCodec, boolean newDeprecated) {
        return new ModelDescription(
                name,
                kind,
                media,
                quantizer,
                codebookSize,
                stages,
                sha256,
                bytes,
                newDefault,
                newDefaultCodec,
                newDeprecated);
    }

    /** Names and values as {@code models --json} prints them and as the index of shipped models holds them. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("kind", kind.name().toLowerCase(Locale.ROOT));
        map.put("media", media.name().toLowerCase(Locale.ROOT));
        map.put("quantizer", quantizer);
        map.put("codebook_size", codebookSize);
        map.put("stages", stages);
        map.put("sha256", sha256);
        map.put("bytes", bytes);
        map.put("default", isDefault);
        map.put("default_codec", isDefaultCodec);
        map.put("deprecated", deprecated);
        return map;
    }

    /** The inverse of {@link #toMap()}. */
    static ModelDescription parse(ModelConfig entry) throws CorruptModelException {
        return new ModelDescription(
                entry.string("name"),
                constant(ModelKind.class, entry, "kind"),
                constant(Media.class, entry, "media"),
                entry.string("quantizer"),
                entry.integer("codebook_size"),
                entry.integer("stages"),
                entry.string("sha256"),
                entry.longInteger("bytes"),
                entry.flag("default"),
                entry.flag("default_codec"),
                entry.flag("deprecated"));
    }

    private static <E extends Enum<E>> E constant(Class<E> type, ModelConfig config, String name)
            throws CorruptModelException {
        String value = config.string(name);
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(value)) {
                return constant;
            }
        }
        throw new CorruptModelException("the model's configuration has the unknown " + name + " '" + value + "'");
    }
}
