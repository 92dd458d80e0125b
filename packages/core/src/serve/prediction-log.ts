/** @file Keeps some answers for later review: a random control, doubtful ones, refused ones. Answers never wait for it and never fail of it. */
import { webcrypto } from 'node:crypto';
import type { LoggedPrediction, PredictionLogSettings } from '@tintype/contracts/prediction-log';
import type { Prediction } from '@tintype/contracts/serve';
import type { PredictionStore } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';

interface Ports {
  predictions: PredictionStore;
  store: Pick<ObjectStore, 'put'>;
  clock: Clock;
  /** 0 to 1; decides what is in the random share. */
  random: () => number;
}

export interface PredictionLogOptions extends PredictionLogSettings {
  /** Told of each new reason why nothing can be kept. */
  onProblem?: (problem: unknown) => void;
}

interface Kept {
  bytes: Uint8Array;
  prediction: Prediction;
  because: LoggedPrediction['because'];
  at: number;
}

const mostWaiting = 10_000;
const mostWaitingBytes = 64 * 2 ** 20;
const rowsPerWrite = 200;
const dayMs = 24 * 60 * 60 * 1000;

export class PredictionLog implements AsyncDisposable {
  readonly #ports: Ports;
  readonly #options: PredictionLogOptions;
  #waiting: Kept[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #day = -1;
  #today = 0;
  #kept = 0;
  #dropped = 0;
  #problem: string | undefined;

  constructor(ports: Ports, options: PredictionLogOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** Answers kept; answers that should have been and were not, because too many waited, the day was full, or writing failed. */
  stats(): { kept: number; dropped: number } {
    return { kept: this.#kept, dropped: this.#dropped };
  }

  /** Returns at once; `bytes` must not change afterwards. */
  offer({ bytes, prediction }: { bytes: Uint8Array; prediction: Prediction }): void {
    const because = this.#reasonToKeep(prediction);
    if (because === undefined) return;
    if (this.#waiting.length >= mostWaiting || this.#waitingBytes + bytes.length > mostWaitingBytes) {
      this.#dropped += 1;
      return;
    }
    this.#waiting.push({ bytes, prediction, because, at: this.#ports.clock.now() });
    this.#waitingBytes += bytes.length;
    this.#writing ??= this.#writeAll();
  }

  /** Waits until what was offered is written or dropped. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
  }

  /** The control is drawn first, so that it is a fair share of all answers, doubtful ones among them. */
  #reasonToKeep({ prediction, confidence }: Prediction): Kept['because'] | undefined {
    const { share, below, refused } = this.#options;
    if (share > 0 && this.#ports.random() < share) return 'random';
    if (prediction === null) return refused ? 'refused' : undefined;
    return confidence < below ? 'unsure' : undefined;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, rowsPerWrite);
      try {
        await this.#write(batch);
        this.#problem = undefined;
      } catch (error) {
        this.#dropped += batch.length;
        this.#tell(error);
      } finally {
        this.#waitingBytes -= batch.reduce((sum, { bytes }) => sum + bytes.length, 0);
      }
    }
    this.#writing = undefined;
  }

  async #write(batch: readonly Kept[]): Promise<void> {
    const room = await this.#roomToday();
    const fitting = batch.slice(0, room);
    this.#dropped += batch.length - fitting.length;
    if (fitting.length === 0) return;
    const rows: LoggedPrediction[] = [];
    for (const kept of fitting) rows.push(await this.#toRow(kept));
    await this.#ports.predictions.record(rows);
    this.#today += rows.length;
    this.#kept += rows.length;
  }

  /** Counted in the catalog once a day, so that a restart does not begin anew. */
  async #roomToday(): Promise<number> {
    const day = Math.floor(this.#ports.clock.now() / dayMs);
    if (day !== this.#day) {
      this.#today = await this.#ports.predictions.countSince(day * dayMs);
      this.#day = day;
    }
    return Math.max(0, this.#options.perDay - this.#today);
  }

  async #toRow({ bytes, prediction: answer, because, at }: Kept): Promise<LoggedPrediction> {
    const { pictures: hasPicture } = this.#options;
    // On another thread: a large picture must not hold up the answers.
    const digest = await webcrypto.subtle.digest('SHA-256', bytes);
    const contentHash = Buffer.from(digest).toString('hex');
    // Bytes before rows.
    if (hasPicture) await this.#ports.store.put(objectKeys.prediction(contentHash), bytes);
    return {
      id: this.#ports.clock.newId('pred'),
      at,
      because,
      contentHash,
      sizeBytes: bytes.length,
      hasPicture,
      model: answer.model,
      version: answer.version,
      requestId: answer.request_id,
      prediction: answer.prediction,
      confidence: answer.confidence,
      reason: answer.reason ?? null,
      probabilities: answer.probabilities ?? null,
    };
  }

  #tell(problem: unknown): void {
    const text = String(problem);
    if (text !== this.#problem) this.#options.onProblem?.(problem);
    this.#problem = text;
  }
}

/** Undefined where the settings keep nothing. */
export function openPredictionLog(ports: Ports, options: PredictionLogOptions): PredictionLog | undefined {
  const { share, below, refused } = options;
  return share > 0 || below > 0 || refused ? new PredictionLog(ports, options) : undefined;
}
