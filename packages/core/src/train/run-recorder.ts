/** @file What a run tells, on its way to the catalog: in order, seldom enough, and never silently lost. */
import type { StageProgress } from '@tintype/contracts/train';
import type { Artifact, EpochMetrics, StepMetrics } from '@tintype/contracts/train-events';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';

/** Progress is a row that is written anew: often enough for who watches. */
const reportEveryMs = 1000;

interface Needs {
  catalog: Pick<Catalog, 'runs'>;
  clock: Clock;
}

export class RunRecorder implements AsyncDisposable {
  readonly #needs: Needs;
  readonly #runId: string;
  #last: Promise<void> = Promise.resolve();
  #failure: { error: unknown } | undefined;
  #reportedAt = Number.NEGATIVE_INFINITY;
  #stage = '';

  constructor(needs: Needs, runId: string) {
    this.#needs = needs;
    this.#runId = runId;
  }

  /** At once for a new stage, else at most once a second. Throws what an earlier write threw. */
  stage({ stage, done, total, note }: StageProgress, step?: StepMetrics): void {
    this.#assertWell();
    const at = this.#needs.clock.now();
    if (stage === this.#stage && at - this.#reportedAt < reportEveryMs) return;
    [this.#stage, this.#reportedAt] = [stage, at];
    const known = { ...(total === undefined ? {} : { total }), ...(note === undefined ? {} : { note }) };
    this.#write(() =>
      this.#needs.catalog.runs.report(this.#runId, { at, stage, done, ...known, ...(step ? { step } : {}) }),
    );
  }

  epoch(metrics: EpochMetrics): void {
    this.#assertWell();
    this.#write(() => this.#needs.catalog.runs.recordEpoch(this.#runId, metrics));
  }

  artifact(artifact: Artifact): void {
    this.#assertWell();
    this.#write(() => this.#needs.catalog.runs.recordArtifact(this.#runId, artifact));
  }

  /** Waits for what is under way. Throws what a write threw. */
  async flush(): Promise<void> {
    await this.#last;
    this.#assertWell();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
  }

  #write(work: () => Promise<void>): void {
    this.#last = this.#last.then(work).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  #assertWell(): void {
    if (this.#failure) throw this.#failure.error;
  }
}
