/** @file Answers pictures with the champion, which it follows, or with a model asked for by name; what it holds and lets wait is bounded. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Gate } from '@tintype/contracts/gate';
import type { PictureLimits } from '@tintype/contracts/picture';
import { type ModelVersion, parseModelReference } from '@tintype/contracts/registry';
import type { Health, Occlusion, Prediction } from '@tintype/contracts/serve';
import { DetectorShelf } from '../model/gates/detector-shelf.ts';
import type { PictureAnswer, PictureTasks } from '../model/picture-tasks.types.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { Admission } from './admission.ts';
import { AnswerCache } from './answer-cache.ts';
import { ChampionFollower } from './champion-follower.ts';
import { computeContentHash } from './content-hash.ts';
import { type BundleUse, OpenBundles } from './open-bundles.ts';
import { PictureBatches } from './picture-batches.ts';
import { PoisonList, type PoisonReason } from './poison-list.ts';
import { toPrediction } from './prediction.ts';
import { ServiceCounters, type ServiceStats } from './service-stats.ts';
import { SharedWork } from './shared-work.ts';

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
  /** Of the model in each child; default 1. */
  threads?: number;
  /** Models beside the champion that may be open at once; default 3. */
  openModels?: number;
  /** Pictures that may wait for a child; default 64. */
  queue?: number;
  /** A picture that would wait longer is refused; default 2,000. */
  longestWaitMs?: number;
  /** Answers that are kept; default 10,000. */
  cacheEntries?: number;
  /** Pictures that a child takes at once, and how long the first waits for others; default 1. */
  batch?: { pictures: number; waitMs: number };
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
  /** `NAME`, `NAME@VERSION` or `NAME@ALIAS`; by default the champion that is followed. */
  model?: string | undefined;
  /** `neighbors`: the labeled pictures of the training that are most like this one. `occlusion`: what the answer depends on; one at a time. */
  explain?: 'neighbors' | 'occlusion' | undefined;
  /** Aborts when nobody waits for the answer any more. */
  signal?: AbortSignal | undefined;
  /** Waits for its turn instead of being refused: for one of many pictures of a request, of which few are under way at a time. */
  isPatient?: boolean;
}

/** A version whose bundle is open until the use of it ends. */
type Chosen = BundleUse & { version: ModelVersion };

const mostReferences = 1000;
/** Training pictures that explain an answer. */
const neighborCount = 5;
/** Time of a child for one map of what an answer depends on; such a question takes the place of dozens of others. */
const occlusionBudgetMs = 2500;
/** The coarsest map asks five times, whatever that takes. */
const mostPictureTimes = 6;

/** Why a picture may not be tried again; undefined where the failure says nothing about the picture. */
function poisonReasonOf(error: unknown): PoisonReason | undefined {
  if (!(error instanceof TintypeError)) return undefined;
  if (error.code === 'DEADLINE_EXCEEDED') return 'timed out';
  if (error.code === 'CHILD_CRASHED') return (error as TintypeError<'CHILD_CRASHED'>).details.reason ?? 'crashed';
  return undefined;
}

/** About what an answer holds; a neighbor is a few short texts. */
function sizeOf({ probabilities, logits, features, neighbors = [] }: PictureAnswer): number {
  const numbers = [probabilities, logits, features].reduce((sum, each) => sum + (each?.byteLength ?? 0), 0);
  return 200 + numbers + 500 * neighbors.length;
}

export class PredictionService implements AsyncDisposable {
  readonly #ports: PredictionPorts;
  readonly #options: PredictionOptions;
  readonly #detectors: DetectorShelf;
  readonly #bundles: OpenBundles;
  readonly #champion: ChampionFollower;
  readonly #admission: Admission;
  readonly #answers: AnswerCache<PictureAnswer>;
  readonly #underWay = new SharedWork<PictureAnswer>();
  readonly #batches: PictureBatches;
  readonly #poison = new PoisonList();
  readonly #counters = new ServiceCounters();
  /** The map that is being made. */
  #occluding: Promise<Occlusion> | undefined;
  /** Models by reference, as the registry was when it was last looked at. */
  readonly #references = new Map<string, ModelVersion>();

  constructor(ports: PredictionPorts, options: PredictionOptions) {
    const { catalog, store, pool, clock } = ports;
    const onProblem = options.onProblem ?? (() => undefined);
    const { model, pollMs = 500, openMs = 60_000, batch = { pictures: 1, waitMs: 0 } } = options;
    this.#ports = ports;
    this.#options = options;
    this.#detectors = options.detectors ?? new DetectorShelf(pool);
    this.#bundles = new OpenBundles({
      store,
      pool,
      clock,
      detectors: this.#detectors,
      gates: options.gates ?? [],
      threads: options.threads ?? 1,
      most: options.openModels ?? 3,
      openMs,
      onProblem,
    });
    this.#admission = new Admission({
      workers: pool.size * batch.pictures,
      queue: options.queue ?? 64,
      longestWaitMs: options.longestWaitMs ?? 2000,
    });
    this.#batches = new PictureBatches({ pool, ...batch, deadlineMs: options.pictureMs });
    this.#answers = new AnswerCache({ entries: options.cacheEntries ?? 10_000 });
    const onNews = (): void => this.#references.clear();
    this.#champion = new ChampionFollower({ catalog, clock, bundles: this.#bundles, model, pollMs, onProblem, onNews });
  }

  /** The version that answers now; undefined when there is none. */
  get serving(): ModelVersion | undefined {
    return this.#champion.serving;
  }

  /** Why the champion cannot be followed; undefined where it is. */
  get problem(): Error | undefined {
    return this.#champion.problem;
  }

  /** Pictures of one request that are worth having under way at a time. */
  get width(): number {
    return 2 * this.#ports.pool.size * (this.#options.batch?.pictures ?? 1);
  }

  health(): Health {
    const version = this.serving;
    const isHealthy = version !== undefined && this.#champion.problem === undefined;
    return {
      status: isHealthy ? 'healthy' : this.#champion.hasLooked ? 'degraded' : 'starting',
      model_loaded: version !== undefined,
      processor_loaded: version !== undefined,
      detector_loaded: this.#detectors.isLoaded,
      model: version?.model ?? null,
      version: version?.version ?? null,
    };
  }

  stats(): ServiceStats {
    return {
      ...this.#counters.read(),
      queued: this.#admission.waiting,
      running: this.#admission.running,
      restarts: this.#ports.pool.stats().restarts,
      openModels: this.#bundles.size,
      cachedAnswers: this.#answers.size,
    };
  }

  /** Where `predict` would throw OVERLOADED, the seconds after which to come again: to refuse a picture before it is read. */
  refuse(): number | undefined {
    const { retryAfterS } = this.#admission;
    if (retryAfterS !== undefined) this.#counters.countError('OVERLOADED');
    return retryAfterS;
  }

  /**
   * A refusal by a gate is an answer. Throws MODEL_NOT_SERVED, OVERLOADED, CANCELLED, MODEL_NOT_FOUND or VERSION_NOT_FOUND for `model`, and IMAGE_* for a picture that cannot
   * be answered. A picture that killed its child, or twice took longer than `pictureMs`, is refused without trying from then on.
   */
  async predict(bytes: Uint8Array, request: PredictRequest): Promise<Prediction> {
    const startedAt = performance.now();
    try {
      using chosen = await this.#choose(request.model);
      const { classes, model, version } = chosen.version;
      const answer = await this.#answer(bytes, chosen, request);
      const isOccluded = request.explain === 'occlusion' && !answer.refusal;
      const occlusion = isOccluded ? await this.#occlude(bytes, chosen, request) : undefined;
      const prediction = toPrediction({ ...answer, occlusion, classes, model, version, top: request.top });
      this.#counters.countAnswer(performance.now() - startedAt, prediction.reason);
      return { ...prediction, request_id: request.requestId };
    } catch (error) {
      this.#countError(error);
      throw error;
    }
  }

  /** Looks at the registry now; when it returns, the champion serves or `health` says that it does not. Never throws. */
  refresh(): Promise<void> {
    return this.#champion.refresh();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.#champion[Symbol.asyncDispose]();
    await this.#bundles[Symbol.asyncDispose]();
    await ended;
  }

  async #choose(reference: string | undefined): Promise<Chosen> {
    if (!this.#champion.hasLooked) await this.refresh();
    if (reference === undefined) {
      const version = this.serving;
      if (!version) throw new TintypeError('MODEL_NOT_SERVED', {});
      return { version, ...this.#bundles.useFollowed(version.bundleHash) };
    }
    const version = await this.#findVersion(reference);
    return { version, ...(await this.#bundles.useNamed(version)) };
  }

  async #findVersion(reference: string): Promise<ModelVersion> {
    const known = this.#references.get(reference);
    if (known) return known;
    const { model, version } = parseModelReference(reference);
    const found = await this.#ports.catalog.registry.getVersion(model, version);
    if (this.#references.size >= mostReferences) this.#references.clear();
    this.#references.set(reference, found);
    return found;
  }

  async #answer(bytes: Uint8Array, chosen: Chosen, request: PredictRequest): Promise<PictureAnswer> {
    const hashed = computeContentHash(bytes);
    const contentHash = typeof hashed === 'string' ? hashed : await hashed;
    const reason = this.#poison.find(contentHash);
    if (reason) throw new TintypeError('IMAGE_DECODE_FAILED', { reason });
    const neighbors = request.explain === 'neighbors' ? neighborCount : 0;
    const key = `${contentHash}:${chosen.version.bundleHash}:${neighbors}`;
    const known = this.#answers.find(key);
    if (known) {
      this.#counters.countCacheHit();
      return known;
    }
    if (this.#underWay.isUnderWay(key)) this.#counters.countDedupeHit();
    else if (!request.isPatient) this.#admission.assertRoom();
    const start = async (signal: AbortSignal): Promise<PictureAnswer> => {
      const answer = await this.#compute({ bytes, contentHash, chosen, neighbors, signal });
      this.#answers.add(key, answer, sizeOf(answer));
      return answer;
    };
    return this.#underWay.run(key, start, request.signal);
  }

  async #compute(work: {
    bytes: Uint8Array;
    contentHash: string;
    chosen: Chosen;
    neighbors: number;
    signal: AbortSignal;
  }): Promise<PictureAnswer> {
    const { bytes, contentHash, chosen, neighbors, signal } = work;
    const { limits, gates = [] } = this.#options;
    const { bundleHash } = chosen.version;
    const input = {
      bundleHash,
      bytes,
      limits,
      gates,
      detectors: chosen.detectors,
      ...(neighbors > 0 ? { neighbors } : {}),
    };
    this.#admission.enter();
    try {
      return await this.#batches.run(input, signal);
    } catch (error) {
      const reason = poisonReasonOf(error);
      if (!reason) throw error;
      this.#poison.add(contentHash, reason);
      throw new TintypeError('IMAGE_DECODE_FAILED', { reason }, { cause: error });
    } finally {
      this.#admission.leave();
    }
  }

  /**
   * Whoever serves must not be kept from it by curiosity: one at a time, and only where there is room. A picture of a batch that was let in waits
   * for the one before it.
   */
  async #occlude(
    bytes: Uint8Array,
    { version }: Chosen,
    { signal, isPatient = false }: Pick<PredictRequest, 'signal' | 'isPatient'>,
  ): Promise<Occlusion> {
    while (this.#occluding) {
      if (!isPatient) throw new TintypeError('OVERLOADED', { retryAfterS: Math.ceil(occlusionBudgetMs / 1000) });
      await this.#occluding.catch(() => undefined);
      if (signal?.aborted) throw new TintypeError('CANCELLED', {});
    }
    if (!isPatient) this.#admission.assertRoom();
    const made = this.#makeOcclusion(bytes, version, signal);
    this.#occluding = made;
    try {
      return await made;
    } finally {
      this.#occluding = undefined;
    }
  }

  async #makeOcclusion(
    bytes: Uint8Array,
    version: Chosen['version'],
    signal: AbortSignal | undefined,
  ): Promise<Occlusion> {
    this.#admission.enter();
    try {
      const { bundleHash, classes } = version;
      const { limits, pictureMs } = this.#options;
      const options = { deadlineMs: mostPictureTimes * pictureMs, once: true, ...(signal ? { signal } : {}) };
      const input = { bundleHash, bytes, limits, budgetMs: occlusionBudgetMs };
      const { classIndex, drops, ...map } = await this.#ports.pool.run('occlude', input, options);
      return { class: classes[classIndex] ?? '', ...map, drops: [...drops] };
    } finally {
      this.#admission.leave();
    }
  }

  #countError(error: unknown): void {
    this.#counters.countError(error instanceof TintypeError ? error.code : 'INTERNAL');
  }
}

/** Starts to follow the champion at once; `await service.refresh()` waits until the first look at it is over. */
export function openPredictionService(ports: PredictionPorts, options: PredictionOptions): PredictionService {
  return new PredictionService(ports, options);
}
