/** The {@code tessera} command: argument handling, reports and exit codes. */
package dev.tessera.cli;
