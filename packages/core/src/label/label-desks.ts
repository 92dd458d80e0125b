/** @file The desks that are open, one for each dataset: made on the first question, renewed behind the scenes when pictures have come. */
import { setTimeout as wait } from 'node:timers/promises';
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureLimits } from '@tintype/contracts/picture';
import { computeFeaturesKey } from '../model/features-key.ts';
import type { ResolvedBackbone } from '../model/resolve-backbone.ts';
import { type DeskNeeds, type LabelDesk, openLabelDesk } from './label-desk.ts';

interface Place {
  /** The desk that answers. */
  current?: LabelDesk;
  /** What its features depend on, and what they depended on when that was last looked at. */
  featuresKey?: string;
  stamp?: string;
  /** The one before, which may still be answering. */
  retired?: LabelDesk;
  /** The one that is being made. */
  pending?: Promise<LabelDesk>;
  progress: { done: number; total: number };
}

/** A desk holds the features of all its pictures: the one that was not asked for the longest is closed. */
const mostDesks = 2;
/** Draws the pictures that stand for all, and the control order, which must stay as it is while a dataset is labeled. */
const deskSeed = 1;

interface LabelDesksOptions {
  resolve: () => Promise<ResolvedBackbone>;
  stamp?: () => Promise<string>;
  limits: PictureLimits;
  patienceMs?: number;
}

export class LabelDesks implements AsyncDisposable {
  readonly #needs: DeskNeeds;
  readonly #options: LabelDesksOptions;
  /** Asked for last at the end. */
  readonly #places = new Map<string, Place>();
  readonly #ended = new AbortController();
  #resolved: { stamp: string; backbone: Promise<ResolvedBackbone> } | undefined;
  #made = 0;

  constructor(needs: DeskNeeds, options: LabelDesksOptions) {
    this.#needs = needs;
    this.#options = options;
  }

  /** Throws LABELING_NOT_READY where it is being made and not there soon, and what making it throws. */
  async find(dataset: string): Promise<LabelDesk> {
    const place = this.#touch(dataset);
    if (place.current) {
      const stamp = await this.#stamp();
      if (stamp !== place.stamp) this.#follow(place, { dataset, stamp }).catch(() => undefined);
      return place.current;
    }
    const pending = this.#make(place, dataset);
    const late = new AbortController();
    try {
      const found = await Promise.race([
        pending,
        wait(this.#options.patienceMs ?? 1500, undefined, { signal: late.signal }),
      ]);
      if (found) return found;
      throw new TintypeError('LABELING_NOT_READY', { dataset, ...place.progress, retryAfterS: 2 });
    } finally {
      late.abort();
    }
  }

  /** Makes the desk anew; the one that is there answers until then. */
  renew(dataset: string): void {
    this.#make(this.#touch(dataset), dataset).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    const places = [...this.#places.values()];
    this.#places.clear();
    await Promise.allSettled(places.flatMap(({ pending }) => (pending ? [pending] : [])));
    await closeAll(places.flatMap(({ current, retired }) => [current, retired]));
  }

  #touch(dataset: string): Place {
    const place = this.#places.get(dataset) ?? { progress: { done: 0, total: 0 } };
    this.#places.delete(dataset);
    this.#places.set(dataset, place);
    for (const [other, { current, retired, pending }] of this.#places) {
      if (this.#places.size <= mostDesks) break;
      if (pending) continue;
      this.#places.delete(other);
      void closeAll([current, retired]);
    }
    return place;
  }

  async #stamp(): Promise<string> {
    return (await this.#options.stamp?.()) ?? '';
  }

  /** Other features may be better ones: a desk of those is made behind the scenes. */
  async #follow(place: Place, { dataset, stamp }: { dataset: string; stamp: string }): Promise<void> {
    place.stamp = stamp;
    const { backbone } = await this.#resolve(stamp);
    if (computeFeaturesKey(backbone) !== place.featuresKey) await this.#make(place, dataset);
  }

  /** A backbone that could not be had this time may be there the next. */
  async #resolve(stamp: string): Promise<ResolvedBackbone> {
    if (this.#resolved?.stamp !== stamp) this.#resolved = { stamp, backbone: this.#options.resolve() };
    const asked = this.#resolved;
    try {
      return await asked.backbone;
    } catch (error) {
      if (this.#resolved === asked) this.#resolved = undefined;
      throw error;
    }
  }

  #make(place: Place, dataset: string): Promise<LabelDesk> {
    place.pending ??= this.#open(place, dataset).finally(() => {
      delete place.pending;
    });
    return place.pending;
  }

  async #open(place: Place, dataset: string): Promise<LabelDesk> {
    const stamp = await this.#stamp();
    const resolved = await this.#resolve(stamp);
    this.#made += 1;
    const before = place.current;
    place.current = await openLabelDesk(this.#needs, {
      key: `desk ${this.#made} ${dataset}`,
      dataset,
      seed: deskSeed,
      resolved,
      limits: this.#options.limits,
      signal: this.#ended.signal,
      onProgress: (done, total) => {
        place.progress = { done, total };
      },
    });
    place.stamp = stamp;
    place.featuresKey = computeFeaturesKey(resolved.backbone);
    await place.retired?.[Symbol.asyncDispose]();
    if (before) place.retired = before;
    return place.current;
  }
}

async function closeAll(desks: readonly (LabelDesk | undefined)[]): Promise<void> {
  await Promise.allSettled(desks.flatMap((desk) => (desk ? [desk[Symbol.asyncDispose]()] : [])));
}
