/** @file How the rows of a batch are written: one record a format. Memory does not grow with the rows. */
import type { BatchFormat, BatchRow } from '@tintype/contracts/batch';
import { renderCsv } from '../../label/exchange/csv.ts';
import { type ParquetColumn, writeParquet } from './write-parquet.ts';

/** What the rows have, all of them. */
export interface BatchShape {
  classes: readonly string[];
  hasSources: boolean;
  hasSamples: boolean;
}

export type BatchWriter = (rows: AsyncIterable<BatchRow>, shape: BatchShape) => AsyncIterable<Uint8Array>;

const rowsAtOnce = 500;
/** Values of a row group of a Parquet file: what is held in memory. */
const groupValues = 4_000_000;
const mostGroupRows = 100_000;

export const batchWriters: Record<BatchFormat, BatchWriter> = {
  jsonl: (rows) => inBlocks(rows, (block) => block.map((row) => `${JSON.stringify(row)}\n`).join('')),
  async *csv(rows, shape) {
    const columns = columnsOf(shape);
    yield Buffer.from(renderCsv([columns.map(({ name }) => name)]));
    yield* inBlocks(rows, (block) =>
      renderCsv(block.map((row) => columns.map(({ valueOf }) => String(valueOf(row) ?? '')))),
    );
  },
  parquet(rows, shape) {
    const columns = columnsOf(shape);
    const groupRows = Math.max(1, Math.min(mostGroupRows, Math.floor(groupValues / columns.length)));
    return writeParquet(rows, { columns, groupRows });
  },
};

/** One column a class, so that a table says as much as the lines of JSON. */
function columnsOf({ classes, hasSources, hasSamples }: BatchShape): ParquetColumn<BatchRow>[] {
  return [
    { name: 'path', type: 'text', valueOf: (row) => row.path },
    ...(hasSources ? [{ name: 'source', type: 'text', valueOf: (row: BatchRow) => row.source } as const] : []),
    ...(hasSamples
      ? ([
          { name: 'sample_id', type: 'text', valueOf: (row: BatchRow) => row.sample_id },
          { name: 'label', type: 'text', valueOf: (row: BatchRow) => row.label },
        ] as const)
      : []),
    { name: 'prediction', type: 'text', valueOf: (row) => row.prediction },
    { name: 'confidence', type: 'double', valueOf: (row) => row.confidence },
    { name: 'error', type: 'text', valueOf: (row) => row.error },
    { name: 'reason', type: 'text', valueOf: (row) => row.reason },
    { name: 'model', type: 'text', valueOf: (row) => row.model },
    { name: 'version', type: 'int32', valueOf: (row) => row.version },
    ...classes.map(
      (name) =>
        ({
          name: `p:${name}`,
          type: 'double',
          valueOf: ({ probabilities }: BatchRow) =>
            probabilities && Object.hasOwn(probabilities, name) ? probabilities[name] : undefined,
        }) as const,
    ),
  ];
}

async function* inBlocks(
  rows: AsyncIterable<BatchRow>,
  render: (block: readonly BatchRow[]) => string,
): AsyncGenerator<Uint8Array> {
  let block: BatchRow[] = [];
  for await (const row of rows) {
    block.push(row);
    if (block.length < rowsAtOnce) continue;
    yield Buffer.from(render(block));
    block = [];
  }
  if (block.length > 0) yield Buffer.from(render(block));
}
