import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Table } from './table.ts';

const types = { text: 'STRING', whole: 'INT64', real: 'DOUBLE' } as const;

/** A Parquet file, with `metadata` as its key-value metadata. What is not there is null. */
export function parquetBytes({ columns }: Table, metadata: Readonly<Record<string, string>>): Uint8Array {
  const bytes = parquetWriteBuffer({
    columnData: columns.map(({ name, kind, values }) => ({
      name,
      type: types[kind],
      data: kind === 'whole' ? values.map((value) => (value === null ? null : BigInt(value))) : values,
    })),
    kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  return new Uint8Array(bytes);
}
