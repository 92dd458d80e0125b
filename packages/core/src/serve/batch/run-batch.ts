/** @file A batch from its listing to its output: shards are divided, worked on by whoever asks, and joined into one file that appears whole. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type BatchJob, type BatchReport, batchReportSchema } from '@tintype/contracts/batch';
import { TintypeError } from '@tintype/contracts/errors';
import { forEachOf } from '../../model/for-each-of.ts';
import { crashPoint } from '../../ports/crash-point.ts';
import type { LeasedJob, PartCounts } from '../../ports/job-queue.ts';
import type { OutputFile } from '../../ports/output-place.ts';
import type { BatchNeeds } from './batch.types.ts';
import { batchKeys } from './batch-keys.ts';
import { joinShards } from './join-shards.ts';
import { listShards } from './list-shards.ts';

/** Between two looks at shards that others work on. */
const lookMs = 500;
const removalsAtOnce = 16;

export interface BatchRequest {
  job: LeasedJob;
  batch: BatchJob;
  limitBytes: number;
  signal: AbortSignal;
  report: (progress: Record<string, unknown>) => void;
  /** Durable when it resolves. */
  keep: (progress: Record<string, unknown>) => Promise<void>;
  /** What a worker that had the batch before had kept last. */
  before: Record<string, unknown> | null;
  /** Works on one shard of the batch; false where none waits. */
  workOnPart: () => Promise<boolean>;
}

/**
 * Whoever has the batch works on its shards as well, so that it ends with any number of workers. Killed at any step, it goes on where it
 * stood. Throws SOURCE_EMPTY, BATCH_INCOMPLETE where shards failed, CANCELLED, and what listing and writing throw.
 */
export async function runBatch(needs: BatchNeeds, request: BatchRequest): Promise<BatchReport> {
  const { batch, job, before, keep, signal, report } = request;
  const output = await needs.openOutput(batch.out);
  const written = batchReportSchema.safeParse(before?.written);
  if (written.success) return await clean(needs, request, { output, written: written.data });

  if (before?.isListed !== true) {
    const onListed = (pictures: number): void => report({ stage: 'list', done: pictures });
    await listShards(needs, { job, batch, output, limitBytes: request.limitBytes, signal, onListed });
    await assertSome(needs, request);
    crashPoint('batch.listed');
    await keep({ stage: 'predict', isListed: true });
  }
  const { succeeded } = await workOnShards(needs, request);
  // Parts that are not there any more: another worker was given the batch and has ended it.
  if (succeeded.size === 0) throw new TintypeError('CANCELLED', {});
  await keep({ stage: 'join', isListed: true, done: 0, total: succeeded.size });
  if (signal.aborted) throw new TintypeError('CANCELLED', {});
  const joined = await joinShards(needs, { batch, job, output, pictures: succeeded.size, signal });
  crashPoint('batch.joined');
  await keep({ stage: 'clean', written: joined });
  return await clean(needs, request, { output, written: joined });
}

/** Before it is said that all is listed: who asks again when there are some is not told of the past. */
async function assertSome({ queue }: BatchNeeds, { job, batch }: BatchRequest): Promise<void> {
  const [first] = await queue.listParts(job.id, { limit: 1 });
  if (first === undefined)
    throw new TintypeError('SOURCE_EMPTY', { source: batch.dataset ?? batch.sources.join(', ') });
}

async function workOnShards({ queue, clock }: BatchNeeds, request: BatchRequest): Promise<PartCounts> {
  const { job, batch, signal, workOnPart } = request;
  const begun = { at: clock.now(), done: (await queue.countParts(job.id)).succeeded.size };
  for (;;) {
    if (signal.aborted) throw new TintypeError('CANCELLED', {});
    const counts = await queue.countParts(job.id);
    request.report({ ...describeProgress(counts, begun, clock.now()), isListed: true });
    if (counts.queued.jobs + counts.running.jobs === 0) {
      await assertComplete(queue, { jobId: job.id, out: batch.out, counts });
      return counts;
    }
    if (!(await workOnPart())) await sleep(lookMs, undefined, { signal }).catch(() => undefined);
  }
}

const minuteMs = 60_000;

/** With the time that is left, at the pace since this worker has the batch. */
export function describeProgress(
  counts: PartCounts,
  begun: { at: number; done: number },
  now: number,
): { stage: string; done: number; total: number; note?: string } {
  const done = counts.succeeded.size;
  const total = Object.values(counts).reduce((sum, { size }) => sum + size, 0);
  const fresh = done - begun.done;
  if (fresh <= 0 || now <= begun.at) return { stage: 'predict', done, total };
  const leftMs = ((total - done) / fresh) * (now - begun.at);
  return { stage: 'predict', done, total, note: leftWords(leftMs) };
}

function leftWords(leftMs: number): string {
  if (leftMs < minuteMs) return 'less than a minute left';
  const minutes = Math.round(leftMs / minuteMs);
  return minutes < 120 ? `about ${minutes} min left` : `about ${Math.round(minutes / 60)} h left`;
}

async function assertComplete(
  queue: BatchNeeds['queue'],
  { jobId, out, counts }: { jobId: string; out: string; counts: PartCounts },
): Promise<void> {
  const lost = counts.failed.jobs + counts.cancelled.jobs;
  if (lost === 0) return;
  const [first] = await queue.listParts(jobId, { limit: 1, status: counts.failed.jobs > 0 ? 'failed' : 'cancelled' });
  const details = { job: jobId, out, failed: lost, reason: first?.error?.detail ?? '' };
  throw new TintypeError('BATCH_INCOMPLETE', details);
}

/** What the output was made from is not needed any more. */
async function clean(
  { queue }: BatchNeeds,
  { job, signal }: BatchRequest,
  { output: { place, name }, written }: { output: OutputFile; written: BatchReport },
): Promise<BatchReport> {
  const parts = place.list(batchKeys.prefix(name));
  await forEachOf(parts, ({ key }) => place.remove(key), { width: removalsAtOnce, signal });
  crashPoint('batch.cleaned');
  await queue.removeParts(job);
  return written;
}
