// Writes the Parquet files of the tests that another writer than ours must have written: node write.js FOLDER
// The arrow-*.parquet files beside them hold the same lists as nullable uint16, written by parquet-wasm 0.8.0 and
// apache-arrow 21.2.0: WriterVersion.V1, row groups of 130, SNAPPY without and UNCOMPRESSED with dictionary.
import { gzipSync } from 'node:zlib'
import { parquetWriteFile } from 'hyparquet-writer'

const folder = process.argv[2]
const rows = 300
const tokens = Array.from({ length: rows }, (_, r) => Array.from({ length: r % 7 }, (_, i) => (r * 31 + i * 17) % 1000))
const list = repetition => [
  { name: 'root', num_children: 2 },
  { name: 'key', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: repetition },
  { name: 'tokens', converted_type: 'LIST', num_children: 1, repetition_type: repetition },
  { name: 'list', num_children: 1, repetition_type: 'REPEATED' },
  { name: 'element', type: 'INT32', repetition_type: repetition },
]
const lists = [{ name: 'key', data: tokens.map((_, r) => `row-${r}`) }, { name: 'tokens', data: tokens }]

parquetWriteFile({ filename: `${folder}/lists-snappy.parquet`, columnData: lists, schema: list('OPTIONAL'), rowGroupSize: 120 })
parquetWriteFile({ filename: `${folder}/lists-gzip.parquet`, columnData: lists, schema: list('REQUIRED'), codec: 'GZIP',
  compressors: { GZIP: bytes => gzipSync(bytes) } })
parquetWriteFile({ filename: `${folder}/lists-pages.parquet`, columnData: lists, schema: list('OPTIONAL'),
  codec: 'UNCOMPRESSED', pageSize: 200 })
parquetWriteFile({ filename: `${folder}/flat-snappy.parquet`, columnData: [
  { name: 'index', data: Array.from({ length: rows }, (_, r) => r * r % 100), type: 'INT32', nullable: false },
  { name: 'wide', data: Array.from({ length: rows }, (_, r) => BigInt(r)), type: 'INT64', encoding: 'PLAIN' },
  { name: 'delta', data: Array.from({ length: rows }, (_, r) => r), type: 'INT32', encoding: 'DELTA_BINARY_PACKED' },
  { name: 'real', data: Array.from({ length: rows }, (_, r) => r / 3), type: 'DOUBLE' },
] })
