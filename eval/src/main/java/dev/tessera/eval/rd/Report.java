package dev.tessera.eval.rd;

import java.util.List;
import java.util.Map;

/**
 * What an experiment came to.
 *
 * @param summary tables and every trial, for JSON
 * @param curves by coder: mean points in the layout of CompressAI's result files
 * @param plots SVG by file name
 * @param html one page with everything
 * @param lines tables for a terminal
 */
public record Report(
        Map<String, Object> summary,
        Map<String, Map<String, Object>> curves,
        Map<String, String> plots,
        String html,
        List<String> lines) {
    private static final String STYLE = "body{font-family:sans-serif;max-width:80em;margin:2em auto}"
            + "table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.2em .6em;text-align:right}"
            + "td:first-child,th:first-child{text-align:left}";

    static String page(String title, String body) {
        return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + Markup.escape(title)
                + "</title><style>" + STYLE + "</style></head>\n<body><h1>" + Markup.escape(title) + "</h1>\n" + body
                + "</body></html>\n";
    }
}
