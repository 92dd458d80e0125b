/** @file `tintype predict --out`: a batch, worked on here and by every worker there is, until its file is written. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { batchFormats, batchReportSchema, findBatchFormat } from '@tintype/contracts/batch';
import { TintypeError } from '@tintype/contracts/errors';
import type { Job } from '@tintype/contracts/job';
import { isCloudAddress } from '@tintype/contracts/store-address';
import type { JobQueue } from '@tintype/core/ports/job-queue';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { CommandContext } from './command.ts';
import { counted, integer, printable } from './format.ts';

const lookMs = 1000;
const command = 'tintype predict';

type Options = Readonly<Record<string, unknown>>;

export async function predictBatch(
  context: CommandContext,
  sources: readonly string[],
  options: Options,
): Promise<void> {
  const [{ addBatch }, { createOutputOpener, toWholeOutput }] = await Promise.all([
    import('@tintype/core/serve/batch/add-batch'),
    import('@tintype/adapters/buckets/open-output'),
  ]);
  const out = toWholeOutput(options.out as string);
  assertAsked(out, sources, options);
  await using workspace = await context.openWorkspace();
  const { catalog, queue, config } = workspace;
  const places = sources.map((source) => (isCloudAddress(source) ? source : resolve(source)));
  await assertThere(places, workspace);
  const isLocal = [...places, out].some((place) => !isCloudAddress(place));
  const job = await addBatch(
    { catalog, queue, openOutput: createOutputOpener(config) },
    {
      sources: places,
      out,
      dataset: options.dataset as string | undefined,
      model: options.model as string | undefined,
      priority: options.priority as number | undefined,
      ...(isLocal && config.database !== 'sqlite' ? { machine: hostname() } : {}),
    },
  );
  if (options.detach === true) context.output.result(job, () => describeQueued(job, out));
  else await workAndShow(context, workspace, job);
}

/** Throws USAGE_INVALID. */
function assertAsked(out: string, sources: readonly string[], { dataset, server }: Options): void {
  const refuse = (problem: string): never => {
    throw new TintypeError('USAGE_INVALID', { problem, command });
  };
  if (findBatchFormat(out) === undefined)
    refuse(`The name of the output says its format: it ends with .${batchFormats.join(', .')}.`);
  if (server !== undefined) refuse('--out is worked on by this workspace and its workers, --server by a server.');
  if (sources.length > 0 === (dataset !== undefined))
    refuse('Name sources, or --dataset for the pictures of a dataset.');
  if (sources.some((source) => /^https?:/i.test(source)))
    refuse('With --out, sources are folders, archives, pictures and buckets, which every worker can open again.');
}

/** Throws SOURCE_NOT_FOUND and what else opening a source throws: before anything is queued. */
async function assertThere(sources: readonly string[], { config }: Workspace): Promise<void> {
  const { createSourceOpener } = await import('@tintype/adapters/sources/open-bucket-source');
  const open = createSourceOpener(config);
  for (const source of sources) await open(source, { bytes: config.limits.bytes });
}

const describeQueued = ({ id }: Job, out: string): string =>
  `${id} is queued: workers score the pictures and write ${printable(out)}.\nNext: tintype jobs show ${id}`;

async function workAndShow(context: CommandContext, workspace: Workspace, { id }: Job): Promise<void> {
  const [{ createBatchRunners, workOnBatch }, { createSourceOpener }] = await Promise.all([
    import('@tintype/server/batch-runners'),
    import('@tintype/adapters/sources/open-bucket-source'),
  ]);
  const { queue, clock, config } = workspace;
  await using pool = await context.openPool(workspace);
  const runners = createBatchRunners({ workspace, pool, openSource: createSourceOpener(config) });
  const watching = new AbortController();
  const watched = watch(context, queue, id, watching.signal);
  let ended: Job;
  try {
    ended = await workOnBatch(id, { queue, clock, runners, signal: context.signal });
  } finally {
    watching.abort();
    await watched;
  }
  showEnd(context, ended);
}

function showEnd({ output }: CommandContext, { id, status, result, error }: Job): void {
  if (status === 'queued' || status === 'running') {
    output.notice(
      `Handed back as ${id}: the same command goes on with it, and so does any worker. To end it: tintype jobs cancel ${id}`,
    );
    throw new TintypeError('CANCELLED', {});
  }
  if (status !== 'succeeded') {
    const { detail, hint } = error ?? { detail: 'It was ended.', hint: `Look at it: tintype jobs show ${id}` };
    throw new TintypeError('BATCH_FAILED', { job: id, detail, hint });
  }
  const report = batchReportSchema.parse(result);
  output.result(report, () => {
    const failed =
      report.failed === 0 ? '' : `, ${integer(report.failed)} of them without an answer and with the reason`;
    return `${counted(report.pictures, 'row')}${failed}, by ${report.model}@${report.version}: ${printable(report.out)}`;
  });
  if (report.failed === report.pictures) process.exitCode = 65;
}

/** What all workers together have done, until `signal`. */
async function watch({ output }: CommandContext, queue: JobQueue, id: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(lookMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    // A database that is away is told of by who works.
    const text = await describe(queue, id).catch(() => undefined);
    if (text !== undefined) output.progress(text);
  }
}

async function describe(queue: JobQueue, id: string): Promise<string> {
  const [{ progress }, counts, running] = await Promise.all([
    queue.get(id),
    queue.countParts(id),
    queue.listParts(id, { status: 'running', limit: 1000 }),
  ]);
  const partly = running.reduce((sum, part) => sum + Number(part.progress?.done ?? 0), 0);
  const total = Object.values(counts).reduce((sum, { size }) => sum + size, 0);
  const done = counts.succeeded.size + partly;
  if (progress?.stage === 'join') return `predict  writing ${counted(total, 'row')}`;
  const note = typeof progress?.note === 'string' ? `, ${progress.note}` : '';
  const at = running.length > 1 ? `, ${running.length} parts at once` : '';
  return `predict  ${integer(done)} of ${integer(total)}${progress?.isListed === true ? '' : ' and more'}${at}${note}`;
}
