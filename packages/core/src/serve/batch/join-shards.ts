/** @file The rows of all shards as one file, in the order in which the pictures were listed. */
import { type BatchJob, type BatchReport, type BatchRow, findBatchFormat } from '@tintype/contracts/batch';
import { TintypeError } from '@tintype/contracts/errors';
import { crashPoint } from '../../ports/crash-point.ts';
import type { LeasedJob } from '../../ports/job-queue.ts';
import type { OutputFile } from '../../ports/output-place.ts';
import type { BatchNeeds } from './batch.types.ts';
import { batchWriters } from './batch-writers.ts';
import { readLines } from './json-lines.ts';
import type { ShardResult } from './predict-shard.ts';

const partsAtOnce = 200;

export interface JoinRequest {
  job: LeasedJob;
  batch: BatchJob;
  output: OutputFile;
  /** Rows that there must be. */
  pictures: number;
  signal: AbortSignal;
}

/** Nothing is there under the output's name until all of it is. A file that is there is replaced. */
export async function joinShards(needs: BatchNeeds, request: JoinRequest): Promise<BatchReport> {
  const { batch, output, pictures } = request;
  const { model, version, out, sources, dataset } = batch;
  const { classes } = await needs.catalog.registry.getVersion(model, String(version));
  const format = findBatchFormat(out) ?? 'jsonl';
  const shape = { classes, hasSources: sources.length > 1, hasSamples: dataset !== undefined };
  const count = { rows: 0, failed: 0, sizeBytes: 0 };
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of batchWriters[format](readRows(needs, request, count), shape)) {
      count.sizeBytes += chunk.byteLength;
      yield chunk;
      crashPoint('batch.joining');
    }
    if (count.rows !== pictures) throw new Error(`${pictures} pictures came to ${count.rows} rows`);
  };
  await output.place.write(output.name, counted(), { ifAbsent: false });
  return { out, format, model, version, pictures, failed: count.failed, sizeBytes: count.sizeBytes };
}

async function* readRows(
  { queue }: BatchNeeds,
  { job, output, signal }: JoinRequest,
  count: { rows: number; failed: number },
): AsyncGenerator<BatchRow> {
  let after: string | undefined;
  do {
    const parts = await queue.listParts(job.id, {
      status: 'succeeded',
      limit: partsAtOnce,
      ...(after === undefined ? {} : { after }),
    });
    for (const part of parts) {
      if (signal.aborted) throw new TintypeError('CANCELLED', {});
      for await (const line of readLines(output.place.read((part.result as ShardResult).rows))) {
        const row = JSON.parse(line) as BatchRow;
        count.rows += 1;
        if (row.error !== null) count.failed += 1;
        yield row;
      }
    }
    after = parts.at(-1)?.id;
  } while (after !== undefined);
}
