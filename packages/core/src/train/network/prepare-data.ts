/** @file Everything a training reads: which pictures take part, their pixels, their classes, and the weights that it starts from. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot, SnapshotEntry } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import { type Split, splits } from '@tintype/contracts/ids';
import { loadPixels, type Pixels } from '../../model/pixel-cache.ts';
import { selectPixels } from '../../model/pixel-set.ts';
import { type FilteredPicture, filterEntries } from '../filter-entries.ts';
import type { TrainNeeds, TrainRequest } from '../train-head.ts';
import { fitStartHead, type StartHead } from './fit-start-head.ts';
import type { LabeledPixels } from './plan.types.ts';
import type { ResolvedNetwork } from './resolve-network.ts';

export interface SplitData {
  entries: readonly SnapshotEntry[];
  labeled: LabeledPixels;
}

export type PreparedData = Record<Split, SplitData> & {
  /** Pictures of the snapshot that take no part. */
  filtered: readonly FilteredPicture[];
  /** Positions in `test`, evenly over it. */
  parity: readonly number[];
  start: StartHead | undefined;
};

interface Preparation {
  request: TrainRequest;
  snapshot: Snapshot;
  network: ResolvedNetwork;
  /** Of the run. */
  folder: string;
}

const mostParityPictures = 32;
/** Below the run's folder: the pictures that gates refused, with the reason. */
export const filteredFile = 'filtered.json';

/** Throws CLASS_TOO_SMALL where too few pictures are left, OBJECT_NOT_FOUND, CANCELLED, and what gates throw. */
export async function prepareData(needs: TrainNeeds, preparation: Preparation): Promise<PreparedData> {
  const { request, snapshot, network, folder } = preparation;
  const all = await needs.catalog.snapshots.entries(snapshot.id);
  const gated = await filterOnce(needs, all, { request, folder });
  const train = await loadSplits(needs, preparation, {
    entries: gated.entries,
    purpose: 'training',
    wanted: ['train'],
  });
  const held = await loadSplits(needs, preparation, {
    entries: gated.entries,
    purpose: 'evaluation',
    wanted: ['validation', 'test'],
  });
  const unreadable = [...train.rejected, ...held.rejected].map(([contentHash, reason]) => ({ contentHash, ...reason }));
  if (unreadable.length > 0) request.onNotice?.(`${unreadable.length} pictures could not be decoded and take no part.`);
  const data = { ...train.splits, ...held.splits } as Record<Split, SplitData>;
  assertTrainable(data, snapshot);
  const start = await fitStartHead(needs, { request, snapshot, network, entries: data.train.entries, folder });
  return {
    ...data,
    filtered: [...gated.filtered, ...unreadable],
    parity: spread(data.test.entries.length),
    start,
  };
}

/** A resumed run does not judge its pictures again. */
async function filterOnce(
  needs: TrainNeeds,
  all: readonly SnapshotEntry[],
  { request, folder }: { request: TrainRequest; folder: string },
): Promise<{ entries: readonly SnapshotEntry[]; filtered: readonly FilteredPicture[] }> {
  if (request.require.length === 0) return { entries: all, filtered: [] };
  const path = join(folder, filteredFile);
  const known = await readFile(path, 'utf8').catch(() => undefined);
  if (known === undefined) {
    const result = await filterEntries(needs, all, request);
    await writeFile(`${path}.partial`, `${JSON.stringify(result.filtered, null, 1)}\n`);
    await rename(`${path}.partial`, path);
    return result;
  }
  const filtered = JSON.parse(known) as FilteredPicture[];
  const isOut = new Set(filtered.map(({ contentHash }) => contentHash));
  return { entries: all.filter(({ contentHash }) => !isOut.has(contentHash)), filtered };
}

interface Wanted {
  entries: readonly SnapshotEntry[];
  purpose: 'training' | 'evaluation';
  wanted: readonly Split[];
}

async function loadSplits(
  needs: TrainNeeds,
  { request, snapshot, network }: Preparation,
  { entries, purpose, wanted }: Wanted,
): Promise<{ splits: Partial<Record<Split, SplitData>>; rejected: Pixels['rejected'] }> {
  const asked = entries.filter(({ split }) => wanted.includes(split));
  const { limits, onProgress, signal } = request;
  const { set, rejected } = await loadPixels(needs, {
    preprocessing: network.preprocessing,
    purpose,
    contentHashes: asked.map((entry) => entry.contentHash),
    limits,
    onProgress: (done, total) => onProgress?.({ stage: 'pixels', done, total, note: purpose }),
    ...(signal ? { signal } : {}),
  });
  const select = (split: Split): SplitData => {
    const positions = [...asked.keys()].filter((n) => asked[n]?.split === split && (set.file[n] ?? -1) >= 0);
    const chosen = positions.map((n) => asked[n] as SnapshotEntry);
    const labels = Int32Array.from(chosen, ({ className }) => snapshot.classes.indexOf(className));
    return { entries: chosen, labeled: { pixels: selectPixels(set, positions), labels } };
  };
  return { splits: Object.fromEntries(wanted.map((split) => [split, select(split)])), rejected };
}

/** What was left out can take a class away that the snapshot had made sure of. */
function assertTrainable(data: Record<Split, SplitData>, { classes }: Snapshot): void {
  const missing = classes.filter((_, k) => !data.train.labeled.labels.includes(k));
  const counted = missing.map((className) => ({ className, samples: 0 }));
  if (missing.length > 0) throw new TintypeError('CLASS_TOO_SMALL', { classes: counted, minimum: 3 });
  const empty = splits.find((split) => data[split].entries.length === 0);
  if (empty) {
    const left = classes.map((className) => ({ className, samples: 0 }));
    throw new TintypeError('CLASS_TOO_SMALL', { classes: left, minimum: 3 });
  }
}

function spread(count: number): number[] {
  const step = Math.max(1, count / mostParityPictures);
  const wanted = Math.min(count, mostParityPictures);
  return Array.from({ length: wanted }, (_, n) => Math.floor(n * step));
}
