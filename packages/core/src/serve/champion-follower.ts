/** @file Looks at the registry again and again; when the champion has moved, the new one is open before the old one lets go. */
import { TintypeError } from '@tintype/contracts/errors';
import { championAlias, type ModelVersion } from '@tintype/contracts/registry';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { OpenBundles } from './open-bundles.ts';

export interface ChampionFollowerOptions {
  catalog: Pick<Catalog, 'registry' | 'registryVersion'>;
  clock: Pick<Clock, 'now'>;
  bundles: OpenBundles;
  /** Registered model to follow; by default whichever model's champion was promoted last. */
  model: string | undefined;
  /** How often the registry is looked at. */
  pollMs: number;
  /** Told once for each new reason why the champion cannot be followed, and with undefined when it can again. */
  onProblem: (problem: unknown) => void;
  /** Told when something in the registry has changed. */
  onNews: () => void;
}

const firstRetryMs = 1000;
const lastRetryMs = 60_000;
const absentCodes: readonly string[] = ['MODEL_NOT_FOUND', 'MODEL_NONE_YET', 'VERSION_NOT_FOUND'];

export class ChampionFollower implements AsyncDisposable {
  readonly #options: ChampionFollowerOptions;
  readonly #stop = new AbortController();
  #serving: ModelVersion | undefined;
  #problem: Error | undefined;
  #hasLooked = false;
  #seen: number | undefined;
  #retryAt = 0;
  #retryMs = firstRetryMs;
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ChampionFollowerOptions) {
    this.#options = options;
    void this.refresh();
    this.#poll();
  }

  /** The version that answers now; undefined when there is none. */
  get serving(): ModelVersion | undefined {
    return this.#serving;
  }

  get hasLooked(): boolean {
    return this.#hasLooked;
  }

  /** Why the champion cannot be followed. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  /** Looks now. Never throws. */
  refresh(): Promise<void> {
    this.#work = this.#work.then(() => (this.#stop.signal.aborted ? undefined : this.#follow()));
    return this.#work;
  }

  /** Resolves when the look that is under way has ended; dispose of `bundles` meanwhile, so that none waits for one to open. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await this.#work;
    this.#serving = undefined;
  }

  #poll(): void {
    this.#timer = setTimeout(() => void this.#tick(), this.#options.pollMs);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    await this.refresh();
    if (!this.#stop.signal.aborted) this.#poll();
  }

  async #follow(): Promise<void> {
    const { catalog, clock, onProblem, onNews } = this.#options;
    try {
      const registryVersion = await catalog.registryVersion();
      const isNews = registryVersion !== this.#seen;
      const isRetryDue = this.#problem !== undefined && clock.now() >= this.#retryAt;
      if (!isNews && !isRetryDue) return;
      this.#seen = registryVersion;
      if (isNews) {
        this.#retryMs = firstRetryMs;
        onNews();
      }
      await this.#switchTo(await this.#findChampion());
      if (this.#problem !== undefined) onProblem(undefined);
      this.#problem = undefined;
    } catch (thrown) {
      if (this.#stop.signal.aborted) return;
      this.#fail(thrown instanceof Error ? thrown : new Error('An unknown failure.', { cause: thrown }));
    } finally {
      this.#hasLooked = true;
    }
  }

  #fail(error: Error): void {
    const isNew = this.#problem?.message !== error.message;
    this.#problem = error;
    this.#retryAt = this.#options.clock.now() + this.#retryMs;
    this.#retryMs = Math.min(this.#retryMs * 2, lastRetryMs);
    if (isNew) this.#options.onProblem(error);
  }

  async #findChampion(): Promise<ModelVersion | undefined> {
    const { model, catalog } = this.#options;
    if (model === undefined) return catalog.registry.findLatestAliased(championAlias);
    return catalog.registry.getVersion(model, championAlias).catch((error: unknown) => {
      if (error instanceof TintypeError && absentCodes.includes(error.code)) return undefined;
      throw error;
    });
  }

  async #switchTo(next: ModelVersion | undefined): Promise<void> {
    const last = this.#serving;
    if (last && last.model === next?.model && last.version === next.version) return;
    if (next) await this.#options.bundles.follow(next);
    this.#serving = next;
    if (last && last.bundleHash !== next?.bundleHash) this.#options.bundles.unfollow(last.bundleHash);
  }
}
