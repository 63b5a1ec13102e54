package dev.tessera.cli;

import dev.tessera.codecs.armour.DnaArmour;
import dev.tessera.image.SequenceFiles;
import java.nio.charset.StandardCharsets;

/** What a file is, by its first bytes; names and suffixes are not believed. */
enum MediaType {
    IMAGE,
    Y4M,
    AUDIO,
    TSR,
    SAFETENSORS,
    NPY,
    PARQUET,
    DNA,
    UNKNOWN;

    static MediaType of(byte[] file) {
        String head = new String(file, 0, Math.min(16, file.length), StandardCharsets.ISO_8859_1);
        if (head.startsWith("RIFF") && head.length() >= 12) {
            return head.startsWith("WEBP", 8) ? IMAGE : head.startsWith("WAVE", 8) ? AUDIO : UNKNOWN;
        }
        if (head.startsWith("\u00d4")) {
            return TSR;
        }
        if (head.startsWith("\u0089PNG")
                || head.startsWith("\u00ff\u00d8")
                || head.startsWith("GIF8")
                || head.startsWith("BM")
                || head.startsWith("II*\0")
                || head.startsWith("MM\0*")
                || head.startsWith("P5")
                || head.startsWith("P6")) {
            return IMAGE;
        }
        if (SequenceFiles.isY4m(file)) {
            return Y4M;
        }
        if (head.startsWith("fLaC") || head.startsWith("OggS") || head.startsWith("ID3") || isMp3Frame(file)) {
            return AUDIO;
        }
        if (head.startsWith("\u0093NUMPY")) {
            return NPY;
        }
        if (head.startsWith("PAR1")) {
            return PARQUET;
        }
        if (head.length() > 8 && head.charAt(8) == '{') {
            return SAFETENSORS;
        }
        return DnaArmour.isArmoured(file) ? DNA : UNKNOWN;
    }

    private static boolean isMp3Frame(byte[] file) {
        return file.length > 3 && (file[0] & 0xFF) == 0xFF && (file[1] & 0xE0) == 0xE0 && (file[1] & 0x06) != 0;
    }
}
