/** @file A desk: the features of one dataset's pictures, held by a child that answers questions about them; made once, and anew when pictures come. */
import type { Sample } from '@tintype/contracts/catalog';
import type { PictureLimits } from '@tintype/contracts/picture';
import { groupNearDuplicates } from '../catalog/near-duplicates.ts';
import { thumbnailSignature } from '../catalog/thumbnail-signature.ts';
import { featureSourceOf, loadFeatures } from '../model/feature-cache.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { ResolvedBackbone } from '../model/resolve-backbone.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import type { LabelTasks } from './label-tasks.types.ts';

export interface DeskNeeds {
  catalog: Pick<Catalog, 'samples'>;
  store: ObjectStore;
  /** Decode pictures. */
  pictures: TaskPool<PictureTasks>;
  /** Does the arithmetic; one child is enough. */
  engine: TaskPool<LabelTasks>;
}

export interface DeskOptions {
  key: string;
  dataset: string;
  seed: number;
  resolved: ResolvedBackbone;
  limits: PictureLimits;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

export interface LabelDesk extends AsyncDisposable {
  readonly key: string;
  /** [N] in row order. */
  readonly sampleIds: readonly string[];
  readonly rowOf: ReadonlyMap<string, number>;
  /** Rows of pictures that could not be decoded. */
  readonly unreadable: ReadonlySet<number>;
  /** [N] name of each row's group of near-duplicates; found when first asked for. */
  groups(): Promise<readonly string[]>;
}

/** Building the space of 10,000 pictures takes seconds, on a busy machine many. */
const openDeadlineMs = 300_000;

/** Throws what loading features throws. */
export async function openLabelDesk(needs: DeskNeeds, options: DeskOptions): Promise<LabelDesk> {
  const { engine } = needs;
  const { key, dataset, seed, resolved, limits, onProgress, signal } = options;
  const samples: Sample[] = [];
  for await (const sample of needs.catalog.samples.stream({ dataset })) samples.push(sample);
  const { rows, rejected } = await loadFeatures(
    { store: needs.store, pool: needs.pictures },
    {
      ...featureSourceOf(resolved),
      contentHashes: samples.map((sample) => sample.contentHash),
      limits,
      ...(onProgress ? { onProgress } : {}),
      ...(signal ? { signal } : {}),
    },
  );
  const sampleIds = samples.map((sample) => sample.id);
  const { dimensions } = resolved.backbone;
  if (samples.length > 0)
    await engine.prepare(
      key,
      'openDesk',
      { key, rows, dimensions, names: sampleIds, seed },
      { deadlineMs: openDeadlineMs },
    );

  let groups: Promise<readonly string[]> | undefined;
  return {
    key,
    sampleIds,
    rowOf: new Map(sampleIds.map((id, row) => [id, row])),
    unreadable: new Set(samples.flatMap((sample, row) => (rejected.has(sample.contentHash) ? [row] : []))),
    groups: () => (groups ??= nameGroups(needs, samples, limits)),
    async [Symbol.asyncDispose]() {
      await engine.prepare(key, 'closeDesk', { key }).catch(() => undefined);
      engine.forget(key);
    },
  };
}

async function nameGroups(
  { store, pictures }: DeskNeeds,
  samples: readonly Sample[],
  limits: PictureLimits,
): Promise<readonly string[]> {
  const signature = thumbnailSignature({ store, pool: pictures }, { limits });
  const groups = await groupNearDuplicates(samples, { signature });
  const nameOf = new Map(groups.flatMap((group, n) => group.samples.map((sample) => [sample.id, `g${n}`])));
  return samples.map(({ id }) => nameOf.get(id) ?? id);
}
