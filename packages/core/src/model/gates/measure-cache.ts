/** @file What was measured on stored pictures for gates, kept in shards: what was counted once is not counted again. */
import { createHash } from 'node:crypto';
import type { Detector } from '@tintype/contracts/detector';
import type { Detectors, Gate, PictureMeasures } from '@tintype/contracts/gate';
import { type ObjectStore, objectKeys } from '../../ports/object-store.ts';
import { parseShard, renderShard } from '../feature-shard.ts';

type Cached = 'sharpness' | 'personCount' | 'faceCount';

/** Raised when what is measured changes. */
const recipeVersion = 1;
const shardRows = 512;

export class MeasureCache implements AsyncDisposable {
  readonly #store: ObjectStore;
  readonly #shelves: { name: Cached; key: string; known: Map<string, number>; fresh: Map<string, number> }[] = [];

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Reads what is known for the measures of these gates. A shard that is damaged is left out and removed. */
  async load(gates: readonly Gate[], detectors: Detectors): Promise<void> {
    for (const [name, key] of listKeys(gates, detectors)) {
      const known = new Map<string, number>();
      for await (const { key: at } of this.#store.list(objectKeys.measurePrefix(key))) {
        const shard = parseShard(await this.#store.get(at));
        if (shard?.dimensions === 1) shard.contentHashes.forEach((hash, n) => known.set(hash, shard.rows[n] as number));
        else await this.#store.remove(at);
      }
      this.#shelves.push({ name, key, known, fresh: new Map() });
    }
  }

  find(contentHash: string): Partial<PictureMeasures> {
    const found = this.#shelves.map(({ name, known }) => [name, known.get(contentHash)] as const);
    return Object.fromEntries(found.filter(([, value]) => value !== undefined));
  }

  async add(contentHash: string, measures: Partial<PictureMeasures>): Promise<void> {
    for (const shelf of this.#shelves) {
      const value = measures[shelf.name];
      if (value === undefined || shelf.known.has(contentHash)) continue;
      shelf.known.set(contentHash, value);
      shelf.fresh.set(contentHash, value);
      if (shelf.fresh.size >= shardRows) await this.#write(shelf);
    }
  }

  /** Stores what was added. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const shelf of this.#shelves) await this.#write(shelf);
  }

  async #write({ key, fresh }: { key: string; fresh: Map<string, number> }): Promise<void> {
    if (fresh.size === 0) return;
    const rows = [...fresh].toSorted(([a], [b]) => (a < b ? -1 : 1));
    fresh.clear();
    const bytes = renderShard({
      dimensions: 1,
      contentHashes: rows.map(([hash]) => hash),
      rows: Float32Array.from(rows, ([, value]) => value),
    });
    const name = createHash('sha256').update(bytes).digest('hex');
    await this.#store.put(`${objectKeys.measurePrefix(key)}${name}`, bytes);
  }
}

/** A count depends on the detector and on all that is set of it. */
function listKeys(gates: readonly Gate[], { person, face }: Detectors): [Cached, string][] {
  const keys: [Cached, string][] = [];
  if (gates.some(({ kind }) => kind === 'blur')) keys.push(['sharpness', `sharpness-${recipeVersion}`]);
  if (person) keys.push(['personCount', `person-${digest(person.detector)}`]);
  if (face) keys.push(['faceCount', `face-${digest(face.detector)}`]);
  return keys;
}

/** A file may be renamed. */
const digest = (detector: Detector): string =>
  createHash('sha256')
    .update(JSON.stringify([recipeVersion, { ...detector, name: '' }]))
    .digest('hex')
    .slice(0, 32);
