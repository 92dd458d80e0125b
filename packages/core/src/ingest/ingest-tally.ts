/** @file Counts what an ingest did, for its report and its progress. */
import type { IngestProgress, IngestReport } from '@tintype/contracts/ingest';
import type { IngestOutcome, IngestRow } from '../ports/catalog.ts';

const rejectionsShown = 100;
const progressEveryMs = 250;

export class IngestTally {
  readonly #report: IngestReport;
  readonly #startedAt = performance.now();
  readonly #onProgress: ((progress: IngestProgress) => void) | undefined;
  #lastProgressAt = Number.NEGATIVE_INFINITY;

  constructor(dataset: string, onProgress?: (progress: IngestProgress) => void) {
    this.#onProgress = onProgress;
    this.#report = {
      dataset,
      seen: 0,
      added: 0,
      duplicates: 0,
      known: 0,
      rejected: 0,
      rejections: [],
      classes: {},
      labelDisagreements: 0,
      durationMs: 0,
    };
  }

  get seen(): number {
    return this.#report.seen;
  }

  countKnown(): void {
    this.#report.seen += 1;
    this.#report.known += 1;
    this.#tellProgress();
  }

  /** A row that is durable now. */
  countRow(row: IngestRow, outcome: IngestOutcome['outcomes'][number]): void {
    const report = this.#report;
    report.seen += 1;
    if (outcome === 'added') {
      report.added += 1;
      if ('sample' in row && row.className !== null) {
        report.classes[row.className] =
          (Object.hasOwn(report.classes, row.className) ? (report.classes[row.className] ?? 0) : 0) + 1;
      }
    } else if (outcome === 'rejected') {
      report.rejected += 1;
      if ('rejection' in row && report.rejections.length < rejectionsShown) {
        report.rejections.push({ path: row.origin.path, ...row.rejection });
      }
    } else {
      report.duplicates += 1;
      if (outcome === 'disagreement') report.labelDisagreements += 1;
    }
    this.#tellProgress();
  }

  finish(): IngestReport {
    this.#report.durationMs = this.#elapsedMs();
    this.#lastProgressAt = Number.NEGATIVE_INFINITY;
    this.#tellProgress();
    return this.#report;
  }

  #elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  #tellProgress(): void {
    const elapsedMs = this.#elapsedMs();
    if (!this.#onProgress || elapsedMs - this.#lastProgressAt < progressEveryMs) return;
    this.#lastProgressAt = elapsedMs;
    const { seen, added, rejected, known } = this.#report;
    this.#onProgress({ seen, added, rejected, picturesPerSecond: ((seen - known) / Math.max(1, elapsedMs)) * 1000 });
  }
}
