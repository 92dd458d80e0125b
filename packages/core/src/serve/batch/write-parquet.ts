/**
 * @file Tables as Parquet (https://parquet.apache.org/docs/file-format/): flat optional columns, plain values, gzip, one data page a column and
 * row group. What every reader reads; a row group is held at a time.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { renderThrift, type ThriftStruct, type ThriftValue } from './thrift-compact.ts';

const pack = promisify(gzip);

export interface ParquetColumn<Row> {
  name: string;
  type: keyof typeof types;
  /** Null where there is no value. */
  valueOf: (row: Row) => string | number | null | undefined;
}

/** Numbers of Parquet's own enumerations. */
const codes = { optional: 1, utf8: 0, plain: 0, rle: 3, gzip: 2, dataPage: 0, version: 2 } as const;

const types = {
  text: { code: 6, render: renderTexts },
  double: {
    code: 5,
    render: (values: readonly (string | number)[]) => Buffer.from(Float64Array.from(values as number[]).buffer),
  },
  int32: {
    code: 1,
    render: (values: readonly (string | number)[]) => Buffer.from(Int32Array.from(values as number[]).buffer),
  },
} as const;

const magic = Buffer.from('PAR1');

interface Chunk {
  offset: number;
  sizeBytes: number;
  unpackedBytes: number;
  rows: number;
}

/** Names of columns are unique. */
export async function* writeParquet<Row>(
  rows: AsyncIterable<Row>,
  { columns, groupRows }: { columns: readonly ParquetColumn<Row>[]; groupRows: number },
): AsyncGenerator<Uint8Array> {
  yield magic;
  let offset = magic.byteLength;
  const groups: Chunk[][] = [];
  for await (const group of inGroups(rows, groupRows)) {
    const chunks: Chunk[] = [];
    for (const column of columns) {
      const { bytes, unpackedBytes } = await renderPage(column, group);
      chunks.push({ offset, sizeBytes: bytes.byteLength, unpackedBytes, rows: group.length });
      offset += bytes.byteLength;
      yield bytes;
    }
    groups.push(chunks);
  }
  const footer = renderThrift(describeFile(columns, groups));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(footer.byteLength);
  yield Buffer.concat([footer, size, magic]);
}

async function* inGroups<Row>(rows: AsyncIterable<Row>, size: number): AsyncGenerator<Row[]> {
  let group: Row[] = [];
  for await (const row of rows) {
    group.push(row);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function renderPage<Row>(
  { type, valueOf }: ParquetColumn<Row>,
  rows: readonly Row[],
): Promise<{ bytes: Uint8Array; unpackedBytes: number }> {
  const values = rows.map(valueOf);
  const present = values.filter((value): value is string | number => value !== null && value !== undefined);
  const body = Buffer.concat([renderLevels(values), types[type].render(present)]);
  const packed = await pack(body);
  const header = renderThrift({
    1: { i32: codes.dataPage },
    2: { i32: body.byteLength },
    3: { i32: packed.byteLength },
    5: {
      struct: {
        1: { i32: rows.length },
        2: { i32: codes.plain },
        3: { i32: codes.rle },
        4: { i32: codes.rle },
      },
    },
  });
  return { bytes: Buffer.concat([header, packed]), unpackedBytes: header.byteLength + body.byteLength };
}

/** Definition levels: a bit a row, 1 where there is a value, bit-packed behind their length. */
function renderLevels(values: readonly unknown[]): Buffer {
  const groups = Math.ceil(values.length / 8);
  const bits = Buffer.alloc(groups);
  for (const [n, value] of values.entries())
    if (value !== null && value !== undefined) bits[n >> 3] = (bits[n >> 3] as number) | (1 << (n & 7));
  const run: number[] = [];
  // The lowest bit says that what follows is bit-packed.
  for (let rest = (groups << 1) | 1; ; rest >>>= 7) {
    run.push(rest >= 0x80 ? (rest & 0x7f) | 0x80 : rest);
    if (rest < 0x80) break;
  }
  const length = Buffer.alloc(4);
  length.writeUInt32LE(run.length + bits.byteLength);
  return Buffer.concat([length, Buffer.from(run), bits]);
}

function renderTexts(values: readonly (string | number)[]): Buffer {
  return Buffer.concat(
    values.flatMap((value) => {
      const text = Buffer.from(String(value));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(text.byteLength);
      return [length, text];
    }),
  );
}

function describeFile<Row>(columns: readonly ParquetColumn<Row>[], groups: readonly Chunk[][]): ThriftStruct {
  const rowsOf = (group: readonly Chunk[]): number => group[0]?.rows ?? 0;
  const root: ThriftValue = { struct: { 4: { text: 'rows' }, 5: { i32: columns.length } } };
  return {
    1: { i32: codes.version },
    2: { list: [root, ...columns.map(describeColumn)], of: 'struct' },
    3: { i64: groups.reduce((sum, group) => sum + rowsOf(group), 0) },
    4: {
      list: groups.map((group) => ({
        struct: {
          1: { list: group.map((chunk, n) => describeChunk(columns[n] as ParquetColumn<Row>, chunk)), of: 'struct' },
          2: { i64: group.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0) },
          3: { i64: rowsOf(group) },
        },
      })),
      of: 'struct',
    },
    6: { text: 'tintype' },
  };
}

function describeColumn<Row>({ name, type }: ParquetColumn<Row>): ThriftValue {
  return {
    struct: {
      1: { i32: types[type].code },
      3: { i32: codes.optional },
      4: { text: name },
      6: type === 'text' ? { i32: codes.utf8 } : undefined,
    },
  };
}

function describeChunk<Row>({ name, type }: ParquetColumn<Row>, chunk: Chunk): ThriftValue {
  return {
    struct: {
      2: { i64: chunk.offset },
      3: {
        struct: {
          1: { i32: types[type].code },
          2: { list: [{ i32: codes.plain }, { i32: codes.rle }], of: 'i32' },
          3: { list: [{ text: name }], of: 'binary' },
          4: { i32: codes.gzip },
          5: { i64: chunk.rows },
          6: { i64: chunk.unpackedBytes },
          7: { i64: chunk.sizeBytes },
          9: { i64: chunk.offset },
        },
      },
    },
  };
}
