/** @file What a prediction service counts, as numbers; a door renders them. */

/** Upper bounds of the latency histogram; the last bucket has none. */
export const latencyBoundsMs = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000] as const;

export interface LatencyHistogram {
  boundsMs: readonly number[];
  /** One more than bounds; each counts its own bucket alone. */
  counts: readonly number[];
  count: number;
  sumMs: number;
}

export interface ServiceStats {
  /** Pictures answered, refusals included. */
  served: number;
  /** Of these, refused by a gate; by reason. */
  refused: Readonly<Record<string, number>>;
  /** Pictures not answered; by code. */
  errors: Readonly<Record<string, number>>;
  /** Answers that were known already. */
  cacheHits: number;
  /** Answers shared with the same picture that was under way. */
  dedupeHits: number;
  /** Pictures that wait for a child, and pictures that one works on. */
  queued: number;
  running: number;
  /** Children that were replaced. */
  restarts: number;
  /** Bundles open in the children. */
  openModels: number;
  cachedAnswers: number;
  /** From a picture's bytes to its answer, of the pictures that were answered. */
  latency: LatencyHistogram;
}

type Counted = Pick<ServiceStats, 'served' | 'refused' | 'errors' | 'cacheHits' | 'dedupeHits' | 'latency'>;

export class ServiceCounters {
  #served = 0;
  #cacheHits = 0;
  #dedupeHits = 0;
  readonly #refused: Record<string, number> = {};
  readonly #errors: Record<string, number> = {};
  readonly #counts: number[] = Array.from({ length: latencyBoundsMs.length + 1 }, () => 0);
  #sumMs = 0;

  countAnswer(durationMs: number, reason?: string): void {
    this.#served += 1;
    if (reason !== undefined) this.#refused[reason] = (this.#refused[reason] ?? 0) + 1;
    const bucket = latencyBoundsMs.findIndex((bound) => durationMs <= bound);
    const index = bucket < 0 ? latencyBoundsMs.length : bucket;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#sumMs += durationMs;
  }

  countError(code: string): void {
    this.#errors[code] = (this.#errors[code] ?? 0) + 1;
  }

  countCacheHit(): void {
    this.#cacheHits += 1;
  }

  countDedupeHit(): void {
    this.#dedupeHits += 1;
  }

  read(): Counted {
    return {
      served: this.#served,
      refused: { ...this.#refused },
      errors: { ...this.#errors },
      cacheHits: this.#cacheHits,
      dedupeHits: this.#dedupeHits,
      latency: {
        boundsMs: latencyBoundsMs,
        counts: [...this.#counts],
        count: this.#served,
        sumMs: this.#sumMs,
      },
    };
  }
}
