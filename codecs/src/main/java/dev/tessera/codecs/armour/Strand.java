package dev.tessera.codecs.armour;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A strand as it stands in a text.
 *
 * @param number from 1, in the order of the text
 * @param offset of its first letter in the text, in bytes
 * @param letters what should be bases
 */
record Strand(int number, long offset, String letters) {
    private static final char HEADER = '>';

    /** The strands of a FASTA text; in a text without any header line, every line that is not blank is a strand. */
    static List<Strand> parse(byte[] text) {
        String characters = new String(text, StandardCharsets.ISO_8859_1);
        boolean fasta = characters.startsWith(">") || characters.contains("\n>");
        List<Strand> strands = new ArrayList<>();
        StringBuilder letters = new StringBuilder();
        int first = 0;
        int start = 0;
        while (start < characters.length()) {
            int newline = characters.indexOf('\n', start);
            int end = newline < 0 ? characters.length() : newline;
            String line = characters.substring(start, end).strip();
            boolean header = !line.isEmpty() && line.charAt(0) == HEADER;
            if ((header || !fasta) && !letters.isEmpty()) {
                strands.add(new Strand(strands.size() + 1, first, letters.toString()));
                letters.setLength(0);
            }
            if (!header && !line.isEmpty()) {
                first = letters.isEmpty() ? start : first;
                letters.append(line);
            }
            start = end + 1;
        }
        if (!letters.isEmpty()) {
            strands.add(new Strand(strands.size() + 1, first, letters.toString()));
        }
        return strands;
    }

    /** A FASTA text of {@code strands}, one line each under a header line that readers ignore. */
    static byte[] format(List<String> strands) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < strands.size(); i++) {
            text.append(HEADER)
                    .append("segment-")
                    .append(i)
                    .append('\n')
                    .append(strands.get(i))
                    .append('\n');
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
