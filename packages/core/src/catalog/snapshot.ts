/** @file Freezes the labeled samples of a dataset, in groups and splits, under a hash of the whole list. */
import { createHash } from 'node:crypto';
import type {
  DataIssue,
  Sample,
  Snapshot,
  SnapshotEntry,
  SnapshotOptions,
  SplitShares,
} from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import { type Split, splits } from '@tintype/contracts/ids';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import { crashPoint } from '../ports/crash-point.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import { resolveDataset } from './catalog.ts';
import { joinGroups } from './join-groups.ts';
import { groupNearDuplicates, type NearDuplicateGroup } from './near-duplicates.ts';
import { assignSplits } from './split.ts';
import type { Signature } from './thumbnail-signature.ts';

/** Near-duplicates apart, so that each of the three splits can have one. */
export const smallestClass = 3;

export interface SnapshotNeeds {
  catalog: Catalog;
  store: ObjectStore;
  clock: Clock;
  signature: Signature;
  /** Told how many pairs of pictures have been compared so far. */
  onCompared?: (pairs: number) => void;
}

type LabeledSample = Sample & { className: string };

/**
 * Deterministic: the same samples, labels, shares and seed give the same id, and making it again changes nothing but which
 * snapshot is the latest. Throws DATASET_EMPTY, DATASET_AMBIGUOUS, DATASET_NOT_FOUND, CLASS_NOT_FOUND (`without`),
 * CLASSES_TOO_FEW or CLASS_TOO_SMALL.
 */
export async function createSnapshot(needs: SnapshotNeeds, options: SnapshotOptions): Promise<Snapshot> {
  const { catalog, store, clock } = needs;
  const dataset = await resolveDataset(catalog, options.dataset);
  const samples = await readLabeled(catalog, dataset, options.without);
  const classes = listClasses(dataset, samples);

  const groups = await groupNearDuplicates(samples, needs);
  const groupOf = joinGroups(groups, samples);
  const entries = splitEntries(samples, groupOf, options);
  assertEverywhere(classes, entries, options.shares);

  const lines = renderEntries(entries);
  const snapshot: Snapshot = {
    id: snapshotIdOf(lines),
    dataset,
    seed: options.seed,
    shares: options.shares,
    classes,
    counts: countSplits(entries),
    classCounts: countClasses(classes, entries),
    groups: new Set(groupOf.values()).size,
    createdAt: clock.now(),
  };

  await store.put(objectKeys.snapshot(snapshot.id), lines);
  crashPoint('snapshot.stored');
  await catalog.snapshots.create(snapshot, entries);
  crashPoint('snapshot.recorded');
  const issues = groups.filter(isShared).map((group) => duplicateIssue(group, dataset, clock.now()));
  await catalog.samples.recordIssues(issues, { replacing: { dataset, kind: 'near-duplicate' } });
  return catalog.snapshots.get(snapshot.id);
}

async function readLabeled(catalog: Catalog, dataset: string, without: readonly string[]): Promise<LabeledSample[]> {
  const known = (await catalog.samples.listClasses()).map((one) => one.name);
  for (const className of without) {
    if (!known.includes(className)) throw new TintypeError('CLASS_NOT_FOUND', { className, known });
  }
  const samples: LabeledSample[] = [];
  for await (const sample of catalog.samples.stream({ dataset })) {
    const { className } = sample;
    if (className !== null && !without.includes(className)) samples.push({ ...sample, className });
  }
  return samples;
}

/** By code unit, so that no language setting changes a class index. */
function listClasses(dataset: string, samples: readonly LabeledSample[]): string[] {
  const classes = [...new Set(samples.map((sample) => sample.className))].sort();
  if (classes.length === 0) throw new TintypeError('DATASET_EMPTY', { dataset });
  if (classes.length === 1) throw new TintypeError('CLASSES_TOO_FEW', { classes });
  return classes;
}

/** In sample-id order. */
function splitEntries(
  samples: readonly LabeledSample[],
  groupOf: ReadonlyMap<string, string>,
  { shares, seed }: SnapshotOptions,
): SnapshotEntry[] {
  const grouped = samples
    .map(({ id, contentHash, className }) => ({ sampleId: id, contentHash, className, group: groupOf.get(id) ?? id }))
    .sort((a, b) => (a.sampleId < b.sampleId ? -1 : 1));
  assertLargeEnough(grouped);
  const splitOf = assignSplits(grouped, { shares, seed });
  return grouped.map((entry) => ({ ...entry, split: splitOf.get(entry.sampleId) as Split }));
}

function assertLargeEnough(entries: readonly Omit<SnapshotEntry, 'split'>[]): void {
  const groups = new Map<string, Set<string>>();
  for (const { className, group } of entries) groups.set(className, (groups.get(className) ?? new Set()).add(group));
  const small = [...groups].filter(([, own]) => own.size < smallestClass).map(([className]) => className);
  if (small.length > 0) throw classTooSmall(small, entries);
}

/** Near-duplicates of other classes can keep a class out of a split; a model that never sees or proves it would be a lie. */
function assertEverywhere(classes: readonly string[], entries: readonly SnapshotEntry[], shares: SplitShares): void {
  const needed = splits.filter((split) => shares[split] > 0);
  const present = new Set(entries.map(({ className, split }) => JSON.stringify([className, split])));
  const missing = classes.filter((name) => needed.some((split) => !present.has(JSON.stringify([name, split]))));
  if (missing.length > 0) throw classTooSmall(missing, entries);
}

function classTooSmall(names: readonly string[], entries: readonly { className: string }[]): TintypeError {
  const classes = names
    .toSorted()
    .map((className) => ({ className, samples: entries.filter((entry) => entry.className === className).length }));
  return new TintypeError('CLASS_TOO_SMALL', { classes, minimum: smallestClass });
}

/** Equal lists have equal ids. */
export const snapshotIdOf = (lines: Uint8Array): string =>
  snapshotIdFrom(createHash('sha256').update(lines).digest('hex'));

/** `sha256`: of all lines. */
export const snapshotIdFrom = (sha256: string): string => `snap_${sha256.slice(0, 16)}`;

/** One JSON line per entry, keys in this order: what the id is the hash of. */
export function renderEntries(entries: readonly SnapshotEntry[]): Uint8Array {
  return new TextEncoder().encode(entries.map(renderEntry).join(''));
}

/** The same, some thousands of bytes at a time. */
export async function* streamLines(entries: AsyncIterable<SnapshotEntry>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = '';
  for await (const entry of entries) {
    text += renderEntry(entry);
    if (text.length < lineChunk) continue;
    yield encoder.encode(text);
    text = '';
  }
  if (text !== '') yield encoder.encode(text);
}

const lineChunk = 65_536;

const renderEntry = ({ sampleId, contentHash, className, group, split }: SnapshotEntry): string =>
  `${JSON.stringify({ sampleId, contentHash, className, group, split })}\n`;

function countSplits(entries: readonly SnapshotEntry[]): Snapshot['counts'] {
  const counts = { train: 0, validation: 0, test: 0 };
  for (const { split } of entries) counts[split] += 1;
  return counts;
}

function countClasses(classes: readonly string[], entries: readonly SnapshotEntry[]): Record<string, number> {
  const counts = Object.fromEntries(classes.map((name) => [name, 0]));
  for (const { className } of entries) counts[className] = (counts[className] ?? 0) + 1;
  return counts;
}

const isShared = (group: NearDuplicateGroup): boolean => group.samples.length > 1;

const byNumber = new Intl.Collator('en', { numeric: true });

/** One issue per group. */
function duplicateIssue({ samples, similarity }: NearDuplicateGroup, dataset: string, at: number): DataIssue {
  const paths = samples.map((sample) => sample.path).sort(byNumber.compare);
  const shown = paths.slice(0, 5);
  const more = samples.length - shown.length;
  return {
    id: `issue_near_${samples[0]?.id.slice(2)}`,
    dataset,
    kind: 'near-duplicate',
    sampleId: samples[0]?.id ?? null,
    path: samples[0]?.path ?? '',
    code: 'NEAR_DUPLICATE',
    detail: `${samples.length} pictures look alike: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`,
    score: Math.min(1, Math.max(0, similarity)),
    at,
  };
}
