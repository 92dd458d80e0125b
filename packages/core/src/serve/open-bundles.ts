/** @file The bundles that are open in every child: each for as long as it is wanted or in use, beside the champion only so many. */
import { join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { Gate } from '@tintype/contracts/gate';
import type { ModelVersion } from '@tintype/contracts/registry';
import { graphFile } from '../model/bundle.ts';
import { assertJudgeable } from '../model/gates/assert-judgeable.ts';
import type { DetectorKeys, DetectorShelf, HeldDetectors } from '../model/gates/detector-shelf.ts';
import { isSmallFile } from '../model/is-small-file.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { Clock } from '../ports/clock.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';

export interface OpenBundlesOptions {
  store: Pick<ObjectStore, 'localFolder'>;
  pool: TaskPool<PictureTasks>;
  clock: Pick<Clock, 'now'>;
  detectors: DetectorShelf;
  /** Of the server, beside those of a bundle: what they count with is open as long as the bundle. */
  gates: readonly Gate[];
  /** Bundles that may be open because they were asked for by name. */
  most: number;
  /** Of the model in each child. */
  threads: number;
  /** Time for a bundle to load in every child. */
  openMs: number;
  /** A bundle that did not close. */
  onProblem: (problem: unknown) => void;
}

type Bundle = Pick<ModelVersion, 'bundleHash' | 'classes'>;
type Want = 'followed' | 'named';

interface Entry {
  readonly bundleHash: string;
  readonly opened: Promise<void>;
  held: HeldDetectors | undefined;
  readonly wants: Set<Want>;
  users: number;
  /** Larger is later. */
  usedAt: number;
}

interface Failure {
  error: unknown;
  retryAt: number;
  retryMs: number;
}

/** Whoever holds it keeps the bundle open. */
export interface BundleUse extends Disposable {
  detectors: DetectorKeys;
}

const firstRetryMs = 1000;
const lastRetryMs = 60_000;
const rememberedFailures = 100;
const bundleKey = (bundleHash: string): string => `bundle:${bundleHash}`;

export class OpenBundles implements AsyncDisposable {
  readonly #options: OpenBundlesOptions;
  readonly #entries = new Map<string, Entry>();
  /** Of bundles asked for by name, which anyone may do again and again. */
  readonly #failures = new Map<string, Failure>();
  /** Bundles that were open once: their bytes are verified each time, and do again what they did. */
  readonly #proven = new Set<string>();
  readonly #stop = new AbortController();
  #uses = 0;
  /** Everything that opens or closes bundles, one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(options: OpenBundlesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Opens the bundle that is followed from now on, until `unfollow`. Throws BUNDLE_CORRUPT, and what the pool throws. */
  async follow(bundle: Bundle): Promise<void> {
    const entry = this.#entries.get(bundle.bundleHash) ?? this.#add(bundle);
    entry.wants.add('followed');
    await entry.opened;
  }

  unfollow(bundleHash: string): void {
    const entry = this.#entries.get(bundleHash);
    entry?.wants.delete('followed');
    if (entry) this.#retire(entry);
    this.#shrinkTo(this.#options.most);
  }

  /** A bundle that `follow` has opened. */
  useFollowed(bundleHash: string): BundleUse {
    return this.#use(this.#entries.get(bundleHash) as Entry);
  }

  /**
   * Opens a bundle, closing the one that was not asked for the longest where there is no room. Throws OVERLOADED where all are in use,
   * BUNDLE_CORRUPT, and what the pool throws; a failure is told again for a while without trying.
   */
  async useNamed(bundle: Bundle): Promise<BundleUse> {
    const { bundleHash } = bundle;
    const known = this.#entries.get(bundleHash);
    if (!known) this.#assertMayOpen(bundleHash);
    if (!known?.wants.size) this.#shrinkTo(this.#options.most - 1);
    const entry = known ?? this.#add(bundle);
    if (!entry.wants.has('followed')) entry.wants.add('named');
    const use = this.#use(entry);
    try {
      await entry.opened;
      this.#failures.delete(bundleHash);
      return { ...use, detectors: entry.held?.keys ?? {} };
    } catch (error) {
      use[Symbol.dispose]();
      if (!known) this.#remember(bundleHash, error);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#work;
  }

  #use(entry: Entry): BundleUse {
    entry.users += 1;
    entry.usedAt = ++this.#uses;
    let isHeld = true;
    return {
      detectors: entry.held?.keys ?? {},
      [Symbol.dispose]: () => {
        if (!isHeld) return;
        isHeld = false;
        entry.users -= 1;
        this.#retire(entry);
      },
    };
  }

  #add(bundle: Bundle): Entry {
    const { bundleHash } = bundle;
    const opened = this.#enqueue(async () => {
      entry.held = await this.#open(bundle);
    });
    const entry: Entry = { bundleHash, opened, held: undefined, wants: new Set(), users: 0, usedAt: 0 };
    this.#entries.set(bundleHash, entry);
    opened.catch(() => {
      if (this.#entries.get(bundleHash) === entry) this.#entries.delete(bundleHash);
    });
    return entry;
  }

  /** Closes a bundle that nobody wants and nobody uses. */
  #retire(entry: Entry): void {
    const { bundleHash } = entry;
    const isIdle = entry.wants.size === 0 && entry.users === 0;
    if (!isIdle || this.#entries.get(bundleHash) !== entry) return;
    this.#entries.delete(bundleHash);
    this.#enqueue(() => this.#close(entry)).catch((error: unknown) => this.#options.onProblem(error));
  }

  /** Throws OVERLOADED where too many of the named ones are in use. */
  #shrinkTo(count: number): void {
    const named = [...this.#entries.values()].filter(({ wants }) => wants.has('named') && !wants.has('followed'));
    const idle = named.filter(({ users }) => users === 0).toSorted((a, b) => a.usedAt - b.usedAt);
    const surplus = Math.max(0, named.length - count);
    for (const entry of idle.slice(0, surplus)) {
      entry.wants.delete('named');
      this.#retire(entry);
    }
    if (surplus > idle.length && count < this.#options.most) throw new TintypeError('OVERLOADED', { retryAfterS: 1 });
  }

  #assertMayOpen(bundleHash: string): void {
    const failure = this.#failures.get(bundleHash);
    if (failure && this.#options.clock.now() < failure.retryAt) throw failure.error;
  }

  #remember(bundleHash: string, error: unknown): void {
    const retryMs = Math.min((this.#failures.get(bundleHash)?.retryMs ?? firstRetryMs / 2) * 2, lastRetryMs);
    this.#failures.delete(bundleHash);
    this.#failures.set(bundleHash, { error, retryMs, retryAt: this.#options.clock.now() + retryMs });
    const oldest = this.#failures.keys().next().value;
    if (this.#failures.size > rememberedFailures && oldest !== undefined) this.#failures.delete(oldest);
  }

  #enqueue(step: () => Promise<void>): Promise<void> {
    const done = this.#work.then(() => {
      if (this.#stop.signal.aborted) throw new TintypeError('CANCELLED', {});
      return step();
    });
    this.#work = done.catch(() => undefined);
    return done;
  }

  async #open({ bundleHash, classes }: Bundle): Promise<HeldDetectors> {
    const { store, pool, openMs, detectors, gates, threads } = this.#options;
    try {
      const folder = await store.localFolder(objectKeys.bundlePrefix(bundleHash));
      // What serves already must not meet a bundle that hangs or kills whoever opens it.
      const inTurn = this.#entries.size > 1;
      const trial = inTurn && !this.#proven.has(bundleHash);
      const atHand = await isSmallFile(join(folder, graphFile));
      const limits = { deadlineMs: openMs, signal: this.#stop.signal, inTurn, trial, atHand };
      const input = { bundleHash, folder, threads };
      const manifests = await pool.prepare(bundleKey(bundleHash), 'openBundle', input, limits);
      const isAsRegistered = manifests.every((m) => JSON.stringify(m.classes) === JSON.stringify(classes));
      if (!isAsRegistered) {
        throw new TintypeError('BUNDLE_CORRUPT', {
          bundle: bundleHash,
          reason: 'its classes are not the registered ones',
        });
      }
      const [manifest] = manifests;
      const asked = [...(manifest?.gates ?? []), ...gates];
      if (manifest) assertJudgeable(manifest, asked);
      this.#proven.add(bundleHash);
      return await detectors.hold(asked, { signal: this.#stop.signal, trial });
    } catch (error) {
      if (!this.#stop.signal.aborted) await this.#close({ bundleHash, held: undefined }).catch(() => {});
      throw error;
    }
  }

  async #close({ bundleHash, held }: Pick<Entry, 'bundleHash' | 'held'>): Promise<void> {
    const { pool } = this.#options;
    await held?.[Symbol.asyncDispose]();
    pool.forget(bundleKey(bundleHash));
    const key = `close:${bundleHash}`;
    try {
      await pool.prepare(key, 'closeBundle', { bundleHash }, { atHand: true });
    } finally {
      pool.forget(key);
    }
  }
}
