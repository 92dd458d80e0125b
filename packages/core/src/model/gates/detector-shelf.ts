/** @file Detectors that are open in every child of a pool for as long as somebody's gates count with them. */
import type { CountedName, Gate } from '@tintype/contracts/gate';
import type { TaskPool } from '../../ports/task-pool.ts';
import { isSmallFile } from '../is-small-file.ts';
import type { PictureTasks } from '../picture-tasks.types.ts';
import { type DetectorSource, listCounted, resolveDetectors } from './resolve-detectors.ts';

/** Keys of opened detectors, as the tasks of children take them. */
export type DetectorKeys = Partial<Record<CountedName, string>>;

export interface HoldOptions {
  signal?: AbortSignal | undefined;
  /** Others are answered meanwhile: none of them may meet a detector that hangs or kills whoever opens it. Default false. */
  trial?: boolean;
}

export interface HeldDetectors extends AsyncDisposable {
  readonly keys: DetectorKeys;
}

interface Open {
  users: number;
  key: Promise<string>;
  isLoaded: boolean;
}

const openDeadlineMs = 60_000;

/** Held by whoever needs them, closed when the last one lets go. */
export class DetectorShelf {
  readonly #pool: TaskPool<PictureTasks>;
  readonly #source: DetectorSource;
  readonly #open = new Map<CountedName, Open>();

  constructor(pool: TaskPool<PictureTasks>, source: DetectorSource = { settings: {}, folder: '.' }) {
    this.#pool = pool;
    this.#source = source;
  }

  /** Whether a detector is loaded in every child. */
  get isLoaded(): boolean {
    return [...this.#open.values()].some(({ isLoaded }) => isLoaded);
  }

  /** Those that `gates` count with, once every child has them. Throws DETECTOR_MISSING, DETECTOR_INVALID, CANCELLED. */
  async hold(gates: readonly Gate[], options: HoldOptions = {}): Promise<HeldDetectors> {
    const held: CountedName[] = [];
    const release = async (): Promise<void> => {
      for (const counted of held.splice(0)) await this.#release(counted);
    };
    const keys: DetectorKeys = {};
    try {
      for (const counted of listCounted(gates)) {
        held.push(counted);
        keys[counted] = await this.#hold(counted, options);
      }
    } catch (error) {
      await release();
      throw error;
    }
    return { keys, [Symbol.asyncDispose]: release };
  }

  #hold(counted: CountedName, options: HoldOptions): Promise<string> {
    const known = this.#open.get(counted);
    if (known) {
      known.users += 1;
      return known.key;
    }
    const onLoaded = (): void => {
      open.isLoaded = true;
    };
    const open: Open = { users: 1, isLoaded: false, key: this.#load(counted, { ...options, onLoaded }) };
    this.#open.set(counted, open);
    return open.key;
  }

  async #load(
    counted: CountedName,
    { signal, trial = false, onLoaded }: HoldOptions & { onLoaded: () => void },
  ): Promise<string> {
    const found = (await resolveDetectors([counted], { ...this.#source, signal }))[counted];
    if (!found) throw new Error(`no ${counted} detector was resolved`);
    const key = `detector:${counted}:${found.detector.hash}`;
    const atHand = await isSmallFile(found.modelPath);
    const options = { deadlineMs: openDeadlineMs, trial, atHand, ...(signal ? { signal } : {}) };
    await this.#pool.prepare(key, 'openDetector', { key, ...found }, options);
    onLoaded();
    return key;
  }

  async #release(counted: CountedName): Promise<void> {
    const open = this.#open.get(counted);
    if (!open) return;
    open.users -= 1;
    if (open.users > 0) return;
    this.#open.delete(counted);
    const key = await open.key.catch(() => undefined);
    if (key === undefined || this.#open.has(counted)) return;
    this.#pool.forget(key);
    const closing = this.#pool.prepare(`close:${key}`, 'closeDetector', { key }, { atHand: true });
    await closing.catch(() => undefined);
    this.#pool.forget(`close:${key}`);
  }
}
