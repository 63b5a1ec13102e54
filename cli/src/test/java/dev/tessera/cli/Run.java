package dev.tessera.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A command that ran, as a script sees it.
 *
 * @param code exit code
 * @param bytes what came out of stdout
 * @param err what came out of stderr
 */
record Run(int code, byte[] bytes, String err) {
    /** With nothing on stdin. */
    static Run run(String... args) {
        return run(new byte[0], args);
    }

    static Run run(byte[] stdin, String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(
                args,
                new ByteArrayInputStream(stdin),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Run(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }

    /** stdout as text. */
    String out() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The JSON object on stdout, which is there even when some inputs failed. */
    Map<String, Object> json() throws IOException {
        if (bytes.length == 0) {
            throw new AssertionError("no JSON; exit code " + code + ": " + err);
        }
        return JSON.std.mapFrom(out());
    }
}
