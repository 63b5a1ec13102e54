/**
 * As much of the Parquet format as token data sets need: flat integers and strings and lists of integers. Writing: one file
 * layout, version 1 data pages, uncompressed. Reading: also what other writers make of such columns.
 *
 * <p>Field numbers and constants are those of {@code parquet.thrift} of the Apache Parquet format.
 */
package dev.tessera.codecs.dataset.parquet;
