// Prints rows, schema and metadata of a Parquet file as JSON: node read.js FILE
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'

const file = await asyncBufferFromFile(process.argv[2])
const metadata = await parquetMetadataAsync(file)
const rows = await parquetReadObjects({ file, metadata })
const plain = (key, value) => {
  if (typeof value === 'bigint') return Number(value)
  if (ArrayBuffer.isView(value)) return Array.from(value)
  return value
}
console.log(JSON.stringify({
  rows,
  schema: metadata.schema.map(({ name, type, repetition_type, converted_type }) =>
    [name, type, repetition_type, converted_type].filter(x => x !== undefined).join(' ')),
  keyValues: Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value])),
  rowGroups: metadata.row_groups.length,
  encodings: metadata.row_groups[0]?.columns.map(c => c.meta_data.encodings.join('+')),
}, plain))
