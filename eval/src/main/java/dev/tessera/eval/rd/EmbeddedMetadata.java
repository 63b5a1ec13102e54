package dev.tessera.eval.rd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds colour profiles (ICC), EXIF and XMP in picture files: at the lowest rates they would be most of a file, and a
 * comparison of codecs must not be one of profiles.
 */
final class EmbeddedMetadata {
    private EmbeddedMetadata() {}

    /** @throws IOException when the file holds any; the message says which */
    static void requireNone(byte[] file) throws IOException {
        List<String> found = find(file);
        if (!found.isEmpty()) {
            throw new IOException("the coded file holds " + String.join(", ", found)
                    + ": rates of different codecs could not be compared");
        }
    }

    /** What the file holds, e.g. {@code [ICC, EXIF]}; fails for formats that are not known. */
    static List<String> find(byte[] file) throws IOException {
        List<String> found = new ArrayList<>();
        if (has(file, 0, "RIFF") && has(file, 8, "WEBP")) {
            webp(file, found);
        } else if (has(file, 1, "PNG")) {
            png(file, found);
        } else if (u16(file, 0) == 0xFFD8) {
            jpeg(file, found);
        } else if (has(file, 4, "ftyp") || has(file, 4, "JXL ")) {
            boxes(file, 0, file.length, found);
        } else if (u16(file, 0) == 0xFF0A) {
            codestream(file, 2, found);
        } else {
            throw new IOException("neither AVIF, JPEG XL, WebP, PNG nor JPEG");
        }
        return found;
    }

    private static void webp(byte[] file, List<String> found) {
        for (long at = 12; at + 8 <= file.length; ) {
            int i = (int) at;
            add(found, has(file, i, "ICCP"), "ICC");
            add(found, has(file, i, "EXIF"), "EXIF");
            add(found, has(file, i, "XMP "), "XMP");
            long size = Integer.toUnsignedLong(Integer.reverseBytes(i32(file, i + 4)));
            at += 8 + size + (size & 1);
        }
    }

    private static void png(byte[] file, List<String> found) {
        for (long at = 8; at + 12 <= file.length; ) {
            int i = (int) at;
            add(found, has(file, i + 4, "iCCP"), "ICC");
            add(found, has(file, i + 4, "eXIf"), "EXIF");
            add(found, has(file, i + 4, "iTXt") && has(file, i + 8, "XML:com.adobe.xmp"), "XMP");
            at += 12 + Integer.toUnsignedLong(i32(file, i));
        }
    }

    private static void jpeg(byte[] file, List<String> found) {
        for (int at = 2; at + 4 <= file.length && (file[at] & 0xFF) == 0xFF; ) {
            int marker = file[at + 1] & 0xFF;
            if (marker == 0xDA) {
                return; // the scan: what follows is the picture
            }
            add(found, marker == 0xE2 && has(file, at + 4, "ICC_PROFILE"), "ICC");
            add(found, marker == 0xE1 && has(file, at + 4, "Exif"), "EXIF");
            add(found, marker == 0xE1 && has(file, at + 4, "http://ns.adobe.com/xap"), "XMP");
            at += 2 + u16(file, at + 2);
        }
    }

    /** ISO base media boxes, as AVIF and the JPEG XL container have them. */
    private static void boxes(byte[] file, int from, int to, List<String> found) throws IOException {
        for (long at = from; at + 8 <= to; ) {
            int i = (int) at;
            long size = Integer.toUnsignedLong(i32(file, i));
            long end = size == 0 ? to : at + size;
            if (size != 0 && size < 8 || end > to) {
                throw new IOException("the box at byte " + i + " has " + size + " bytes");
            }
            String type = new String(file, i + 4, 4, StandardCharsets.ISO_8859_1);
            switch (type) {
                case "meta" -> boxes(file, i + 12, (int) end, found);
                case "iprp", "ipco" -> boxes(file, i + 8, (int) end, found);
                case "iinf" -> boxes(file, i + 14, (int) end, found);
                case "infe" -> {
                    add(found, contains(file, i, (int) end, "Exif"), "EXIF");
                    add(found, contains(file, i, (int) end, "mime"), "XMP");
                }
                case "colr" -> add(found, has(file, i + 8, "prof") || has(file, i + 8, "rICC"), "ICC");
                case "Exif" -> add(found, true, "EXIF");
                case "xml " -> add(found, true, "XMP");
                case "brob" -> add(found, true, has(file, i + 8, "Exif") ? "EXIF" : "XMP");
                case "jxlc" -> codestream(file, i + 10, found);
                case "jxlp" -> {
                    if (i32(file, i + 8) == 0) {
                        codestream(file, i + 14, found);
                    }
                }
                default -> {}
            }
            at = end;
        }
    }

    private static void codestream(byte[] file, int at, List<String> found) throws IOException {
        add(found, new JxlHeader(file, at).hasProfile(), "ICC");
    }

    private static void add(List<String> found, boolean here, String what) {
        if (here && !found.contains(what)) {
            found.add(what);
        }
    }

    private static boolean contains(byte[] file, int from, int to, String text) {
        for (int i = from; i + text.length() <= to; i++) {
            if (has(file, i, text)) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(byte[] file, int at, String text) {
        if (at < 0 || at + text.length() > file.length) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (file[at + i] != (byte) text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int u16(byte[] file, int at) {
        return at + 2 > file.length ? -1 : (file[at] & 0xFF) << 8 | file[at + 1] & 0xFF;
    }

    private static int i32(byte[] file, int at) {
        return at + 4 > file.length ? 0 : u16(file, at) << 16 | u16(file, at + 2);
    }
}
