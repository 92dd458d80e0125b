/** @file Answers pictures with the champion and follows it: the next bundle is warm in every child before the last one ends. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Gate } from '@tintype/contracts/gate';
import type { PictureLimits } from '@tintype/contracts/picture';
import { championAlias, type ModelVersion } from '@tintype/contracts/registry';
import type { Health, Prediction } from '@tintype/contracts/serve';
import { type DetectorKeys, DetectorShelf, type HeldDetectors } from '../model/gates/detector-shelf.ts';
import type { PictureAnswer, PictureTasks } from '../model/picture-tasks.types.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { PoisonList, type PoisonReason } from './poison-list.ts';
import { toPrediction } from './prediction.ts';

export interface PredictionPorts {
  catalog: Pick<Catalog, 'registry' | 'registryVersion'>;
  store: Pick<ObjectStore, 'localFolder'>;
  pool: TaskPool<PictureTasks>;
  clock: Clock;
}

export interface PredictionOptions {
  /** Registered model to follow; by default whichever model's champion was promoted last. */
  model?: string | undefined;
  limits: PictureLimits;
  /** Time for one picture, decode and model together. */
  pictureMs: number;
  /** Judged after those of the bundle; default none. */
  gates?: readonly Gate[];
  /** What gates count with; by default there is nothing to count with. */
  detectors?: DetectorShelf;
  /** How often the registry is looked at; default 500. */
  pollMs?: number;
  /** Time for a bundle to load in every child; default 60,000. */
  openMs?: number;
  /** Told once for each new reason why the champion cannot be followed, and with undefined when it can again. */
  onProblem?: (problem: unknown) => void;
}

export interface PredictRequest {
  requestId: string;
  /** How many classes are listed; default all. */
  top?: number | undefined;
  /** `NAME`, `NAME@VERSION` or `NAME@ALIAS`; default the champion that is served. */
  model?: string | undefined;
  /** `neighbors`: the labeled pictures of the training that are most like this one. */
  explain?: 'neighbors' | undefined;
  signal?: AbortSignal | undefined;
}

/** A bundle that is open in every child. It is closed when another has taken over and its last request has ended. */
interface Served {
  readonly version: ModelVersion;
  readonly detectors: DetectorKeys;
  inFlight: number;
}

const firstRetryMs = 1000;
const lastRetryMs = 60_000;
const absentCodes: readonly string[] = ['MODEL_NOT_FOUND', 'MODEL_NONE_YET', 'VERSION_NOT_FOUND'];
const bundleKey = (bundleHash: string): string => `bundle:${bundleHash}`;

/** Why a picture may not be tried again; undefined where the failure says nothing about the picture. */
function poisonReasonOf(error: unknown): PoisonReason | undefined {
  if (!(error instanceof TintypeError)) return undefined;
  if (error.code === 'DEADLINE_EXCEEDED') return 'timed out';
  if (error.code === 'CHILD_CRASHED') return (error as TintypeError<'CHILD_CRASHED'>).details.reason ?? 'crashed';
  return undefined;
}

export class PredictionService implements AsyncDisposable {
  readonly #ports: PredictionPorts;
  readonly #options: PredictionOptions;
  readonly #poison = new PoisonList();
  readonly #detectors: DetectorShelf;
  /** By bundle, for as long as it is open. */
  readonly #held = new Map<string, HeldDetectors>();
  #served: Served | undefined;
  #problem: Error | undefined;
  #hasLooked = false;
  #seen: number | undefined;
  #retryAt = 0;
  #retryMs = firstRetryMs;
  /** Everything that opens or closes bundles, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  readonly #stop = new AbortController();

  constructor(ports: PredictionPorts, options: PredictionOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#detectors = options.detectors ?? new DetectorShelf(ports.pool);
    void this.refresh();
    this.#poll();
  }

  /** The version that answers now; undefined when there is none. */
  get serving(): ModelVersion | undefined {
    return this.#served?.version;
  }

  /** Why the champion cannot be followed; undefined where it is. */
  get problem(): Error | undefined {
    return this.#problem;
  }

  health(): Health {
    const version = this.serving;
    const isHealthy = version !== undefined && this.#problem === undefined;
    return {
      status: isHealthy ? 'healthy' : this.#hasLooked ? 'degraded' : 'starting',
      model_loaded: version !== undefined,
      processor_loaded: version !== undefined,
      detector_loaded: this.#detectors.isLoaded,
      model: version?.model ?? null,
      version: version?.version ?? null,
    };
  }

  /**
   * A refusal by a gate is an answer. Throws MODEL_NOT_SERVED, OVERLOADED, or IMAGE_* for a picture that cannot be answered. A picture that killed its
   * child, or twice took longer than `pictureMs`, is refused without trying from then on.
   */
  async predict(bytes: Uint8Array, options: PredictRequest): Promise<Prediction> {
    if (!this.#hasLooked) await this.refresh();
    const served = this.#served;
    if (!served) throw new TintypeError('MODEL_NOT_SERVED', {});
    const reason = this.#poison.find(bytes);
    if (reason) throw new TintypeError('IMAGE_DECODE_FAILED', { reason });

    served.inFlight += 1;
    try {
      const { classes, model, version } = served.version;
      const answer = await this.#classify(served, bytes);
      return {
        ...toPrediction({ ...answer, classes, model, version, top: options.top }),
        request_id: options.requestId,
      };
    } finally {
      served.inFlight -= 1;
      this.#retire(served);
    }
  }

  /** Looks at the registry now; when it returns, the champion serves or `health` says that it does not. Never throws. */
  refresh(): Promise<void> {
    return this.#enqueue(() => this.#follow());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await this.#work;
    this.#served = undefined;
  }

  async #classify({ version, detectors }: Served, bytes: Uint8Array): Promise<PictureAnswer> {
    const { limits, gates = [] } = this.#options;
    const input = { bundleHash: version.bundleHash, bytes, limits, gates, detectors };
    const options = { deadlineMs: this.#options.pictureMs };
    try {
      return await this.#ports.pool.run('classify', input, options);
    } catch (error) {
      const reason = poisonReasonOf(error);
      if (!reason) throw error;
      this.#poison.add(bytes, reason);
      throw new TintypeError('IMAGE_DECODE_FAILED', { reason }, { cause: error });
    }
  }

  #enqueue(step: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(() => (this.#stop.signal.aborted ? undefined : step()));
    return this.#work;
  }

  #poll(): void {
    this.#timer = setTimeout(() => void this.#tick(), this.#options.pollMs ?? 500);
    this.#timer.unref();
  }

  async #tick(): Promise<void> {
    await this.refresh();
    if (!this.#stop.signal.aborted) this.#poll();
  }

  async #follow(): Promise<void> {
    try {
      const registryVersion = await this.#ports.catalog.registryVersion();
      const isRetryDue = this.#problem !== undefined && this.#ports.clock.now() >= this.#retryAt;
      if (registryVersion === this.#seen && !isRetryDue) return;
      const isNews = registryVersion !== this.#seen;
      this.#seen = registryVersion;
      if (isNews) this.#retryMs = firstRetryMs;
      await this.#switchTo(await this.#findChampion());
      if (this.#problem !== undefined) this.#options.onProblem?.(undefined);
      this.#problem = undefined;
    } catch (thrown) {
      if (this.#stop.signal.aborted) return;
      const error = thrown instanceof Error ? thrown : new Error('An unknown failure.', { cause: thrown });
      const isNew = this.#problem?.message !== error.message;
      this.#problem = error;
      this.#retryAt = this.#ports.clock.now() + this.#retryMs;
      this.#retryMs = Math.min(this.#retryMs * 2, lastRetryMs);
      if (isNew) this.#options.onProblem?.(error);
    } finally {
      this.#hasLooked = true;
    }
  }

  async #findChampion(): Promise<ModelVersion | undefined> {
    const { registry } = this.#ports.catalog;
    const { model } = this.#options;
    if (model === undefined) return registry.findLatestAliased(championAlias);
    return registry.getVersion(model, championAlias).catch((error: unknown) => {
      if (error instanceof TintypeError && absentCodes.includes(error.code)) return undefined;
      throw error;
    });
  }

  async #switchTo(next: ModelVersion | undefined): Promise<void> {
    const last = this.#served;
    if (last && last.version.model === next?.model && last.version.version === next.version) return;
    if (next && next.bundleHash !== last?.version.bundleHash) await this.#open(next);
    const detectors = (next && this.#held.get(next.bundleHash)?.keys) ?? {};
    this.#served = next && { version: next, detectors, inFlight: 0 };
    if (last) this.#retire(last);
  }

  async #open(version: ModelVersion): Promise<void> {
    const { bundleHash, classes } = version;
    try {
      const folder = await this.#ports.store.localFolder(objectKeys.bundlePrefix(bundleHash));
      const limits = { deadlineMs: this.#options.openMs ?? 60_000, signal: this.#stop.signal };
      const input = { bundleHash, folder };
      const manifests = await this.#ports.pool.prepare(bundleKey(bundleHash), 'openBundle', input, limits);
      const isAsRegistered = manifests.every((m) => JSON.stringify(m.classes) === JSON.stringify(classes));
      if (!isAsRegistered) {
        throw new TintypeError('BUNDLE_CORRUPT', {
          bundle: bundleHash,
          reason: 'its classes are not the registered ones',
        });
      }
      const gates = [...(manifests[0]?.gates ?? []), ...(this.#options.gates ?? [])];
      this.#held.set(bundleHash, await this.#detectors.hold(gates, limits));
    } catch (error) {
      if (!this.#stop.signal.aborted) await this.#close(bundleHash).catch(() => {});
      throw error;
    }
  }

  #retire(served: Served): void {
    if (served === this.#served || served.inFlight > 0) return;
    const { bundleHash } = served.version;
    void this.#enqueue(async () => {
      if (bundleHash === this.#served?.version.bundleHash) return;
      await this.#close(bundleHash).catch((error: unknown) => this.#options.onProblem?.(error));
    });
  }

  async #close(bundleHash: string): Promise<void> {
    const { pool } = this.#ports;
    const held = this.#held.get(bundleHash);
    this.#held.delete(bundleHash);
    await held?.[Symbol.asyncDispose]();
    pool.forget(bundleKey(bundleHash));
    const key = `close:${bundleHash}`;
    try {
      await pool.prepare(key, 'closeBundle', { bundleHash });
    } finally {
      pool.forget(key);
    }
  }
}

/** Starts to follow the champion at once; `await service.refresh()` waits until the first look at it is over. */
export function openPredictionService(ports: PredictionPorts, options: PredictionOptions): PredictionService {
  return new PredictionService(ports, options);
}
