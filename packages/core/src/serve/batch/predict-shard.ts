/** @file One shard: every picture of its list is answered, or has a row that says why not. */
import { setMaxListeners } from 'node:events';
import { type BatchJob, type BatchRow, listedPictureSchema, type ShardJob } from '@tintype/contracts/batch';
import { TintypeError } from '@tintype/contracts/errors';
import type { ModelVersion } from '@tintype/contracts/registry';
import { isAboutPicture } from '../../model/each-picture.ts';
import { assertJudgeable } from '../../model/gates/assert-judgeable.ts';
import type { DetectorKeys } from '../../model/gates/detector-shelf.ts';
import { inOrder } from '../../model/in-order.ts';
import { crashPoint } from '../../ports/crash-point.ts';
import type { LeasedJob } from '../../ports/job-queue.ts';
import { objectKeys } from '../../ports/object-store.ts';
import type { OutputFile } from '../../ports/output-place.ts';
import { toPrediction } from '../prediction.ts';
import type { BatchNeeds, BatchPicture, BatchSettings } from './batch.types.ts';
import { batchKeys } from './batch-keys.ts';
import { openBatchSource } from './batch-sources.ts';
import { readLines, renderLines } from './json-lines.ts';

const inFlightPerChild = 3;
const openDeadlineMs = 60_000;

export interface ShardRequest {
  job: LeasedJob;
  shard: ShardJob;
  batch: BatchJob;
  settings: BatchSettings;
  signal: AbortSignal;
  report: (progress: Record<string, unknown>) => void;
}

/** Where its rows are, and how many have no answer. */
export interface ShardResult extends Record<string, unknown> {
  rows: string;
  pictures: number;
  failed: number;
}

/**
 * Throws what is not about one picture: places that cannot be reached, BUNDLE_CORRUPT, gates that cannot be judged, CANCELLED. Rows of a worker
 * that lost the shard meanwhile are never read.
 */
export async function predictShard(needs: BatchNeeds, request: ShardRequest): Promise<ShardResult> {
  const { job, shard, batch, settings, signal, report } = request;
  setMaxListeners(0, signal);
  const output = await needs.openOutput(batch.out);
  const listed = await readList(output, shard.list);
  const limitBytes = settings.limits.bytes;
  const source = await openBatchSource(needs, batch, { position: shard.source, limitBytes });
  await using answerer = await openAnswerer(needs, request);
  const rows: BatchRow[] = [];
  const width = needs.pool.size * inFlightPerChild;
  for await (const row of inOrder(source.open(listed), answerer.answer, width)) {
    rows.push(row);
    report({ stage: 'shard', done: rows.length, total: listed.length });
  }
  if (rows.length !== listed.length)
    throw new Error(`a shard of ${listed.length} pictures came to ${rows.length} rows`);
  const key = batchKeys.rows(output.name, { lease: job.lease });
  await output.place.put(key, renderLines(rows), { ifAbsent: false });
  crashPoint('batch.answered');
  return { rows: key, pictures: rows.length, failed: rows.filter(({ error }) => error !== null).length };
}

async function readList({ place }: OutputFile, key: string) {
  const listed = [];
  for await (const line of readLines(place.read(key))) listed.push(listedPictureSchema.parse(JSON.parse(line)));
  return listed;
}

interface Answerer extends AsyncDisposable {
  answer: (picture: BatchPicture) => Promise<BatchRow>;
}

/** The bundle stays open in the children for the next shard. */
async function openAnswerer(needs: BatchNeeds, request: ShardRequest): Promise<Answerer> {
  const { batch, shard, settings, signal } = request;
  const version = await needs.catalog.registry.getVersion(batch.model, String(batch.version));
  const { bundleHash } = version;
  const folder = await needs.store.localFolder(objectKeys.bundlePrefix(bundleHash));
  const [manifest] = await needs.pool.prepare(
    `batch:${bundleHash}`,
    'openBundle',
    { bundleHash, folder },
    { deadlineMs: openDeadlineMs },
  );
  const asked = [...(manifest?.gates ?? []), ...settings.gates];
  if (manifest) assertJudgeable(manifest, asked);
  const held = await settings.detectors.hold(asked, { signal });
  const classes = manifest?.classes ?? version.classes;
  const source = batch.sources.length > 1 ? batch.sources[shard.source] : undefined;
  return {
    answer: (picture) =>
      answerPicture(needs, picture, { version, classes, settings, signal, detectors: held.keys, source }),
    [Symbol.asyncDispose]: () => held[Symbol.asyncDispose](),
  };
}

interface Asked {
  version: ModelVersion;
  classes: readonly string[];
  settings: BatchSettings;
  signal: AbortSignal;
  detectors: DetectorKeys;
  source: string | undefined;
}

async function answerPicture(
  { pool }: Pick<BatchNeeds, 'pool'>,
  picture: BatchPicture,
  asked: Asked,
): Promise<BatchRow> {
  const { version, classes, settings, signal, detectors, source } = asked;
  const { sample, path } = picture;
  const { model, version: number, bundleHash } = version;
  const head = {
    path,
    ...(source === undefined ? {} : { source }),
    ...(sample ? { sample_id: sample.id, label: sample.label } : {}),
  };
  try {
    const { limits, gates, pictureMs } = settings;
    const task = { bundleHash, bytes: await picture.read(), limits, gates, detectors };
    const answer = await pool.run('classify', task, { deadlineMs: pictureMs, signal });
    const { prediction, confidence, error, reason, probabilities } = toPrediction({
      ...answer,
      classes,
      model,
      version: number,
    });
    return {
      ...head,
      prediction,
      confidence: round(confidence),
      error,
      reason: reason ?? null,
      model,
      version: number,
      probabilities: probabilities ? roundAll(probabilities) : null,
    };
  } catch (thrown) {
    if (!isOwnFault(thrown)) throw thrown;
    return {
      ...head,
      prediction: null,
      confidence: 0,
      error: `${thrown.message} ${thrown.hint}`,
      reason: thrown.code,
      model,
      version: number,
      probabilities: null,
    };
  }
}

/** What one picture can do wrong by itself, one that is fetched by its address or was kept by the store among them. */
const isOwnFault = (thrown: unknown): thrown is TintypeError =>
  isAboutPicture(thrown) ||
  (thrown instanceof TintypeError && ['URL_FAILED', 'URL_REFUSED', 'OBJECT_NOT_FOUND'].includes(thrown.code));

const round = (probability: number): number => Math.round(probability * 1e6) / 1e6;

const roundAll = (probabilities: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(probabilities).map(([name, probability]) => [name, round(probability)]));
