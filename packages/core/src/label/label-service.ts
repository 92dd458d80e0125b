/**
 * @file The labeling engine over a workspace: what to show next, pages, heaps, suspects and forecasts of a dataset, always from the labels that the catalog
 * has when it is asked.
 */
import { TintypeError } from '@tintype/contracts/errors';
import type {
  AuditBound,
  GridPage,
  GridsView,
  LabelCluster,
  LabelForecast,
  LabelSuspect,
  NextView,
  Suggestion,
  SuspectsView,
} from '@tintype/contracts/label-assist';
import type { PictureLimits } from '@tintype/contracts/picture';
import { resolveDataset } from '../catalog/catalog.ts';
import type { ResolvedBackbone } from '../model/resolve-backbone.ts';
import { computeWilsonInterval } from '../model/wilson-interval.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { boundAfterPlan, boundAnytime, planLooks, shuffleForAudit } from './audit.ts';
import type { Grid } from './build-grids.ts';
import type { PictureCluster } from './cluster-pictures.ts';
import type { Suspect } from './find-suspects.ts';
import type { DeskNeeds, LabelDesk } from './label-desk.ts';
import { LabelDesks } from './label-desks.ts';
import { readSeat, type Seat } from './label-seat.ts';
import type { Labels, LabelTasks, RowSuggestion } from './label-tasks.types.ts';

export interface LabelServiceNeeds extends Omit<DeskNeeds, 'catalog'> {
  catalog: Catalog;
}

export interface LabelServiceOptions {
  /** Whose features are labeled on; asked for once, and again where `stamp` changes. */
  resolve: () => Promise<ResolvedBackbone>;
  /** Of what `resolve` depends on; by default it gives the same for ever. */
  stamp?: () => Promise<string>;
  limits: PictureLimits;
  /** How long a question waits for its desk before it says LABELING_NOT_READY; default 1,500. */
  patienceMs?: number;
}

interface Scope {
  dataset?: string | undefined;
  seed: number;
}

interface OpenScope extends Scope {
  /** Pictures not to be shown: others hold them. */
  without?: readonly string[] | undefined;
}

export interface LabelService extends AsyncDisposable {
  next(query: OpenScope & { count: number }): Promise<NextView>;
  /** Throws CLASS_NOT_FOUND. */
  grids(query: OpenScope & { size: number; className?: string | undefined }): Promise<GridsView>;
  clusters(query: OpenScope): Promise<{ items: LabelCluster[] }>;
  /** What a head suggests that knows none of their labels; those that it knows nothing of are left out. */
  suggest(query: Scope & { sampleIds: readonly string[] }): Promise<Map<string, Suggestion>>;
  /** Labels that somebody looked at again and kept are not suspected. */
  suspects(query: Scope & { limit: number }): Promise<SuspectsView>;
  /** Samples most alike to one of the dataset, the nearest first; none where it could not be read. */
  alike(query: {
    dataset: string;
    sampleId: string;
    count: number;
  }): Promise<{ sampleId: string; similarity: number }[]>;
  /** Null while the labels are too few. */
  forecast(query: Scope & { nextLabels: number }): Promise<LabelForecast | null>;
}

/** Of a heap, wrong labels at most once it was audited without finding one. */
export const auditTarget = 0.02;
/** Share of wrong labels that people overlook. */
const missRate = 0.02;
const shownTypical = 9;
/** Suspects that somebody may have kept as they are, before others could be left out for them. */
const mostConfirmed = 200;
/** Forecasting from 10,000 labels takes seconds, on a busy machine many. */
const deadlineMs = 120_000;

/** Every question may throw DATASET_NOT_FOUND, DATASET_AMBIGUOUS, DATASET_EMPTY, or LABELING_NOT_READY while features are extracted. */
export function openLabelService(needs: LabelServiceNeeds, options: LabelServiceOptions): LabelService {
  const desks = new LabelDesks(needs, options);
  const ask: TaskPool<LabelTasks>['run'] = (task, input) => needs.engine.run(task, input, { deadlineMs });

  async function sit({ dataset, without = [] }: OpenScope): Promise<Seat> {
    const name = await resolveDataset(needs.catalog, dataset);
    const desk = await desks.find(name);
    const seat = await readSeat(needs.catalog, { dataset: name, desk });
    if (seat.isBehind) desks.renew(name);
    if (desk.sampleIds.length === 0) throw new TintypeError('DATASET_EMPTY', { dataset: name });
    if (without.length === 0) return seat;
    const hidden = Int32Array.from([...seat.labels.hidden, ...rowsOf(desk, without)]);
    return { ...seat, labels: { ...seat.labels, hidden } };
  }

  return {
    async next({ count, ...scope }) {
      const { desk, labels, classes, progress } = await sit(scope);
      const picks = await ask('next', { key: desk.key, labels, seed: scope.seed, count });
      const items = picks.map(({ row, reason, classIndex, suggestion }) => ({
        sampleId: desk.sampleIds[row] as string,
        reason,
        wanted: classIndex === undefined ? null : (classes[classIndex] as string),
        suggestion: nameSuggestion(classes, suggestion),
      }));
      return { items, progress };
    },

    async grids({ size, className, ...scope }) {
      const { desk, labels, classes, progress } = await sit(scope);
      const known = progress.classes.map((one) => one.className);
      if (className !== undefined && !known.includes(className))
        throw new TintypeError('CLASS_NOT_FOUND', { className, known });
      const classIndex = className === undefined ? undefined : classes.indexOf(className);
      const asked = { key: desk.key, labels, seed: scope.seed, size };
      const grids = await ask('grids', { ...asked, ...(classIndex === undefined ? {} : { classIndex }) });
      return { items: grids.map((grid) => namePage(grid, { desk, classes })) };
    },

    async clusters(scope) {
      const { desk, labels, classes } = await sit(scope);
      const clusters = await ask('clusters', { key: desk.key, labels, seed: scope.seed });
      return { items: clusters.map((cluster) => nameHeap(cluster, { desk, classes, seed: scope.seed })) };
    },

    async suggest({ sampleIds, ...scope }) {
      const { desk, labels, classes } = await sit(scope);
      const rows = rowsOf(desk, sampleIds);
      const blind = withoutLabels(labels, new Set(rows));
      const suggestions = await ask('suggest', { key: desk.key, labels: blind, seed: scope.seed, rows });
      return new Map(
        suggestions.flatMap((one, n) => {
          const suggestion = nameSuggestion(classes, one);
          return suggestion ? [[desk.sampleIds[rows[n] as number] as string, suggestion] as const] : [];
        }),
      );
    },

    async suspects({ limit, ...scope }) {
      const { desk, labels, classes } = await sit(scope);
      // Where there is one class alone, no other can be suggested.
      if (labels.classCount < 2) return { items: [], likelyWrong: 0, score: null };
      const groups = await groupsOf(desk, labels);
      const asked = { key: desk.key, labels, seed: scope.seed, groups, count: limit + mostConfirmed };
      const { suspects, likelyWrong, right } = await ask('suspects', asked);
      const all = suspects.map((one) => nameSuspect(one, { desk, labels, classes }));
      const confirmed = new Set(await listConfirmed(needs.catalog, all));
      const settled = all.filter((one) => one.isLikelyWrong && confirmed.has(one.sampleId)).length;
      const total = labels.labeled.length;
      return {
        items: all.filter((one) => !confirmed.has(one.sampleId)).slice(0, limit),
        likelyWrong: likelyWrong - settled,
        score: { accuracy: right / total, interval: computeWilsonInterval(right, total), labels: total },
      };
    },

    async alike({ dataset, sampleId, count }) {
      const { desk, labels } = await sit({ dataset, seed: 0 });
      const row = desk.rowOf.get(sampleId);
      if (row === undefined || desk.unreadable.has(row)) return [];
      const found = await ask('alike', { key: desk.key, row, hidden: labels.hidden, count });
      return found.map((one) => ({ sampleId: desk.sampleIds[one.row] as string, similarity: one.similarity }));
    },

    async forecast({ nextLabels, ...scope }) {
      const { desk, labels, classes } = await sit(scope);
      const groups = await groupsOf(desk, labels);
      const asked = { key: desk.key, labels, seed: scope.seed, groups, nextLabels };
      const forecast = await ask('forecast', asked);
      if (!forecast) return null;
      const named = forecast.classes.map((one, k) => ({ className: classes[k] as string, ...one }));
      return { ...forecast, nextLabels, classes: named };
    },

    [Symbol.asyncDispose]: () => desks[Symbol.asyncDispose](),
  };
}

/** What an audit proves: `planned` where the looks were fixed before, the wider `anytime` bound where somebody stopped as they liked. */
export function stateAuditBound(count: {
  size: number;
  looks: number;
  errors: number;
  isPlanned: boolean;
}): AuditBound {
  const { isPlanned, ...seen } = count;
  const bound = isPlanned ? boundAfterPlan({ ...seen, missRate }) : boundAnytime({ ...seen, missRate });
  const { looks, errors } = seen;
  return { method: isPlanned ? 'planned' : 'anytime', looks, errors, ...bound, confidence: 0.95 };
}

type Names = Pick<Seat, 'desk' | 'classes'>;

const namePage = ({ classIndex, rows, confidences, ...rest }: Grid, { desk, classes }: Names): GridPage => ({
  className: classes[classIndex] as string,
  items: rows.map((row, n) => ({ sampleId: desk.sampleIds[row] as string, confidence: confidences[n] as number })),
  ...rest,
});

function nameHeap(
  { rows, suggestion }: PictureCluster,
  { desk, classes, seed }: Names & { seed: number },
): LabelCluster {
  const sampleIds = rows.map((row) => desk.sampleIds[row] as string);
  const looks = planLooks({ size: rows.length, target: auditTarget, missRate });
  return {
    id: `cluster_${sampleIds[0]?.slice(2)}`,
    sampleIds,
    typical: sampleIds.slice(0, shownTypical),
    suggestion: nameSuggestion(classes, suggestion ?? null),
    audit: shuffleForAudit(sampleIds.toSorted(), seed).slice(0, looks),
  };
}

const nameSuspect = (
  { position, suggested, suggestedConfidence, confidence, isLikelyWrong }: Suspect,
  { desk, labels, classes }: Names & { labels: Labels },
): LabelSuspect => ({
  sampleId: desk.sampleIds[labels.labeled[position] as number] as string,
  className: classes[labels.classIndices[position] as number] as string,
  suggestion: { className: classes[suggested] as string, confidence: suggestedConfidence },
  confidence,
  isLikelyWrong,
});

const rowsOf = (desk: LabelDesk, sampleIds: readonly string[]): number[] =>
  sampleIds.flatMap((id) => desk.rowOf.get(id) ?? []);

function withoutLabels(labels: Labels, rows: ReadonlySet<number>): Labels {
  const kept = Array.from(labels.labeled.keys()).filter((n) => !rows.has(labels.labeled[n] as number));
  return {
    ...labels,
    labeled: Int32Array.from(kept, (n) => labels.labeled[n] as number),
    classIndices: Int32Array.from(kept, (n) => labels.classIndices[n] as number),
  };
}

/** Those whose class somebody gave again: the last two labels say the same, and the last was given by hand. */
async function listConfirmed(catalog: Pick<Catalog, 'samples'>, suspects: readonly LabelSuspect[]): Promise<string[]> {
  const confirmed: string[] = [];
  for (const { sampleId } of suspects) {
    const events = await catalog.samples.listLabelEvents(sampleId);
    const [before, last] = events.filter(({ source }) => source !== 'opinion').slice(-2);
    if (last?.source === 'human' && last.className === before?.className) confirmed.push(sampleId);
  }
  return confirmed;
}

async function groupsOf(desk: LabelDesk, { labeled }: Labels): Promise<string[]> {
  const groups = await desk.groups();
  return Array.from(labeled, (row) => groups[row] as string);
}

const nameSuggestion = (classes: readonly string[], suggestion: RowSuggestion | null): Suggestion | null =>
  suggestion && { className: classes[suggestion.classIndex] as string, confidence: Math.min(1, suggestion.confidence) };
