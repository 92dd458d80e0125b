/** @file Parquet files as other programs read them. */
import { inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type ParquetColumn, writeParquet } from './write-parquet.ts';

const gzipHeaderBytes = 10;

interface Row {
  path: string;
  score: number | null;
  version: number;
}

const columns: readonly ParquetColumn<Row>[] = [
  { name: 'path', type: 'text', valueOf: (row) => row.path },
  { name: 'score', type: 'double', valueOf: (row) => row.score },
  { name: 'version', type: 'int32', valueOf: (row) => row.version },
];

async function render(rows: readonly Row[], groupRows = 100): Promise<Buffer> {
  const given = async function* (): AsyncGenerator<Row> {
    yield* rows;
  };
  const chunks: Uint8Array[] = [];
  for await (const chunk of writeParquet(given(), { columns, groupRows })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const aRow = (n: number): Row => ({ path: `ü ${n}.jpg`, score: n % 3 === 0 ? null : n / 2, version: n });

test('a file begins and ends with the magic word, and says how long its description is', async () => {
  const bytes = await render([aRow(1)]);

  expect([bytes.toString('latin1', 0, 4), bytes.toString('latin1', bytes.length - 4)]).toEqual(['PAR1', 'PAR1']);
  expect(bytes.readUInt32LE(bytes.length - 8)).toBeLessThan(bytes.length - 12);
});

test('a page holds which rows have a value, and then the values', async () => {
  const bytes = await render([1, 2, 3, 4].map(aRow));

  const pages = findPages(bytes).map((start) => inflateRawSync(bytes.subarray(start + gzipHeaderBytes)));

  const scores = pages[1] as Buffer;
  expect([scores.readUInt32LE(0), scores[4], scores[5]]).toEqual([2, 3, 0b1011]);
  expect([6, 14, 22].map((at) => scores.readDoubleLE(at))).toEqual([0.5, 1, 2]);
  const paths = pages[0] as Buffer;
  expect(paths.toString('utf8', 10, 10 + paths.readUInt32LE(6))).toBe('ü 1.jpg');
});

/** Where gzip begins: its magic bytes, its method, no flags. */
function findPages(bytes: Buffer): number[] {
  const begin = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
  const starts: number[] = [];
  for (let at = bytes.indexOf(begin); at >= 0; at = bytes.indexOf(begin, at + 1)) starts.push(at);
  return starts;
}

test('rows beyond a group are in the next one', async () => {
  const one = await render(Array.from({ length: 20 }, (_, n) => aRow(n)));
  const four = await render(
    Array.from({ length: 20 }, (_, n) => aRow(n)),
    6,
  );

  expect([one, four].map((bytes) => findPages(bytes).length)).toEqual([3, 12]);
});

test('a table without rows is a file that says so', async () => {
  const bytes = await render([]);

  expect(bytes.toString('latin1', 0, 4)).toBe('PAR1');
});
