/** @file Rows as compressed lines and back. The first line says `{"table":"samples","columns":["id",...]}`, every other one is a list of values. */
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { RowsPart } from '@tintype/core/ports/catalog-archive';
import { UnreadableRows } from '@tintype/core/ports/catalog-archive';

/** Uncompressed; one row may be larger. */
const partBytes = 4 * 2 ** 20;
/** No part that was written here is larger, and none that is read may be. */
const largestPartBytes = 512 * 2 ** 20;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

export type Value = string | number | null;

export interface Rows {
  table: string;
  columns: readonly string[];
  rows: readonly (readonly Value[])[];
}

/** Chunks of one table's rows, as parts of a bounded size. */
export async function* encodeRows(
  table: string,
  chunks: AsyncIterable<Pick<Rows, 'columns' | 'rows'>>,
): AsyncGenerator<RowsPart> {
  let lines: string[] = [];
  let length = 0;
  const flush = async (): Promise<RowsPart> => {
    const part = { table, rows: lines.length - 1, bytes: await compress(`${lines.join('\n')}\n`) };
    [lines, length] = [[], 0];
    return part;
  };
  for await (const { columns, rows } of chunks) {
    for (const row of rows) {
      if (lines.length === 0) lines.push(JSON.stringify({ table, columns }));
      const line = JSON.stringify(row.map(assertValue));
      lines.push(line);
      length += line.length + 1;
      if (length >= partBytes) yield await flush();
    }
  }
  if (lines.length > 1) yield await flush();
}

/** JSON would write numbers that are none as null. */
function assertValue(value: Value): Value {
  if (value === null || typeof value === 'string' || Number.isFinite(value)) return value;
  throw new Error(`A column holds ${typeof value === 'number' ? value : typeof value}, which a backup cannot keep.`);
}

/** Throws UnreadableRows. */
export async function decodeRows(bytes: Uint8Array): Promise<Rows> {
  try {
    const text = new TextDecoder('utf8', { fatal: true }).decode(
      await decompress(bytes, { maxOutputLength: largestPartBytes }),
    );
    const [head, ...lines] = text.split('\n').slice(0, -1);
    const { table, columns } = JSON.parse(head ?? '') as { table: unknown; columns: unknown };
    if (typeof table !== 'string' || !isListOfTexts(columns)) throw new Error('its first line names no table');
    return { table, columns, rows: lines.map((line) => parseRow(line, columns.length)) };
  } catch (error) {
    throw new UnreadableRows(`The rows cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

const isListOfTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string');

function parseRow(line: string, width: number): Value[] {
  const row: unknown = JSON.parse(line);
  const isRow =
    Array.isArray(row) &&
    row.length === width &&
    row.every((value) => value === null || typeof value === 'string' || typeof value === 'number');
  if (!isRow) throw new Error('a row does not have its columns');
  return row as Value[];
}
