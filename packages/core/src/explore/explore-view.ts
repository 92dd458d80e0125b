/** @file What screens ask of an exploration: the last report as it holds now, how far the next one is, and the map with today's labels. */
import { setImmediate as yieldToEvents } from 'node:timers/promises';
import { TintypeError } from '@tintype/contracts/errors';
import {
  type ExploreReport,
  type ExploreView,
  type MapBlock,
  type MapMethod,
  type MapView,
} from '@tintype/contracts/explore';
import { splits } from '@tintype/contracts/ids';
import type { Job } from '@tintype/contracts/job';
import { resolveDataset } from '../catalog/catalog.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { JobQueue } from '../ports/job-queue.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readSplits } from './explored-rows.ts';
import { findPoints, type PointsBlock } from './stored-points.ts';
import { findReport, listShown, refreshReport } from './stored-report.ts';

interface Needs {
  catalog: Pick<Catalog, 'samples'>;
  store: ObjectStore;
}

/** Samples looked up between two turns of the event loop. */
const lookUps = 200;

/** Throws DATASET_NOT_FOUND, DATASET_AMBIGUOUS, DATASET_EMPTY. */
export async function viewExploration(
  needs: Needs & { queue: Pick<JobQueue, 'list'> },
  { dataset: named }: { dataset?: string | undefined },
): Promise<ExploreView> {
  const { catalog, store, queue } = needs;
  const dataset = await resolveDataset(catalog, named);
  const report = await findReport(store, dataset);
  const points = await findPoints(store, dataset);
  const job = findJob(await queue.list(), { dataset, isNamed: named !== undefined, since: report?.at ?? 0 });
  return {
    dataset,
    report: report ? refreshReport(report, await lookUp(catalog, report)) : null,
    isStale: report !== undefined && (await hasChanged(catalog, report)),
    methods: points?.methods ?? [],
    job: job ?? null,
  };
}

/** The exploration that is queued or under way already, or a new one. */
export async function startExploration(
  { catalog, queue }: Pick<Needs, 'catalog'> & { queue: JobQueue },
  { dataset: named }: { dataset?: string | undefined },
): Promise<Job> {
  const dataset = await resolveDataset(catalog, named);
  const open = (await queue.list()).find((job) => isOpen(job) && isAbout(job, dataset));
  return open ?? queue.add({ kind: 'explore', input: { dataset } });
}

/** A JSON text in pieces, so that a map of 100,000 points holds nobody up. Throws MAP_NONE_YET where there is no such map. */
export async function openMapText(
  { catalog, store }: Needs,
  { dataset: named, method }: { dataset?: string | undefined; method: MapMethod },
): Promise<AsyncGenerator<string>> {
  const dataset = await resolveDataset(catalog, named);
  const points = await findPoints(store, dataset);
  if (!points?.methods.includes(method)) throw new TintypeError('MAP_NONE_YET', { dataset, method });
  const known = await readPresent(catalog, dataset);
  return renderMap({ dataset, method, classes: known.classes }, points.blocks(), known);
}

interface Present {
  classes: string[];
  /** Class of every sample outside the trash, -1 for none; by id. */
  classOf: ReadonlyMap<string, number>;
  splitOf: ReadonlyMap<string, string>;
}

async function readPresent({ samples }: Needs['catalog'], dataset: string): Promise<Present> {
  const positions = new Map<string, number>();
  const classOf = new Map<string, number>();
  for await (const { id, className } of samples.stream({ dataset })) {
    if (className !== null && !positions.has(className)) positions.set(className, positions.size);
    classOf.set(id, className === null ? -1 : (positions.get(className) as number));
  }
  return { classes: [...positions.keys()], classOf, splitOf: await readSplits(samples, dataset) };
}

async function* renderMap(
  head: Omit<MapView, 'blocks'>,
  blocks: Iterable<PointsBlock>,
  present: Present,
): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"blocks":[`;
  let comma = '';
  for (const block of blocks) {
    yield comma + JSON.stringify(toMapBlock(block, head.method, present));
    comma = ',';
    await yieldToEvents();
  }
  yield ']}';
}

function toMapBlock(block: PointsBlock, method: MapMethod, { classOf, splitOf }: Present): MapBlock {
  const at = block[method] ?? [];
  const result: MapBlock = { sampleIds: [], x: [], y: [], classIndices: [], splits: [], doubts: [] };
  block.sampleIds.forEach((id, n) => {
    const classIndex = classOf.get(id);
    if (classIndex === undefined) return;
    result.sampleIds.push(id);
    result.x.push(at[2 * n] as number);
    result.y.push(at[2 * n + 1] as number);
    result.classIndices.push(classIndex);
    result.splits.push(splits.findIndex((split) => split === splitOf.get(id)));
    result.doubts.push(classIndex < 0 ? 0 : (block.doubts?.[n] ?? 1));
  });
  return result;
}

async function lookUp({ samples }: Needs['catalog'], report: ExploreReport) {
  const found = new Map<string, { className: string | null; split: ExploreReport['outliers'][0]['sample']['split'] }>();
  for (const [n, id] of listShown(report).entries()) {
    if (n % lookUps === lookUps - 1) await yieldToEvents();
    const sample = await samples.get(id).catch(() => undefined);
    if (sample && sample.removedAt === null) found.set(id, { className: sample.className, split: sample.split });
  }
  return found;
}

/** Whether the numbers of pictures and labels are others. */
async function hasChanged({ samples }: Needs['catalog'], report: ExploreReport): Promise<boolean> {
  const { datasets } = await samples.summarize(report.dataset);
  const now = datasets[0];
  if (!now) return true;
  const before = new Map(report.classes.map((one) => [one.className, one.pictures]));
  const labeled = report.classes.filter(({ className }) => className !== null);
  return (
    now.samples !== report.pictures ||
    now.unlabeled !== report.unlabeled ||
    now.classes.length !== labeled.length ||
    now.classes.some(({ name, samples: own }) => before.get(name) !== own)
  );
}

const isOpen = ({ status }: Job): boolean => status === 'queued' || status === 'running';

const isAbout = (job: Job, dataset: string, isAlone = false): boolean =>
  job.kind === 'explore' && (job.input.dataset === dataset || (isAlone && job.input.dataset === undefined));

/** An open one, or the last where it failed after the report was made. */
function findJob(
  jobs: readonly Job[],
  { dataset, isNamed, since }: { dataset: string; isNamed: boolean; since: number },
): Job | undefined {
  const own = jobs.filter((job) => isAbout(job, dataset, !isNamed));
  const last = own[0];
  return own.find(isOpen) ?? (last?.status === 'failed' && (last.endedAt ?? 0) > since ? last : undefined);
}
