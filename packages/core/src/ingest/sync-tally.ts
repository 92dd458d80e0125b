/** @file Counts what a sync did, for its report and its progress. */
import type { SyncProgress, SyncReport } from '@tintype/contracts/sync';
import type { IngestOutcome, IngestRow } from '../ports/catalog.ts';
import { IngestTally } from './ingest-tally.ts';

export class SyncTally extends IngestTally {
  #unchanged = 0;
  #changed = 0;
  #returned = 0;
  #deleted = 0;
  #trashed = 0;
  #restored = 0;

  constructor(dataset: string, onProgress?: (progress: SyncProgress) => void) {
    const told = {} as { tally: SyncTally };
    super(dataset, ({ seen, added, rejected }) =>
      onProgress?.({ listed: seen, rejected, ...told.tally.#counts(added) }),
    );
    told.tally = this;
  }

  #counts(added: number): Omit<SyncProgress, 'listed' | 'rejected'> {
    const [unchanged, changed, deleted] = [this.#unchanged, this.#changed, this.#deleted];
    return { unchanged, added: added - changed, changed, deleted };
  }

  countUnchanged(): void {
    this.#unchanged += 1;
    this.countKnown();
  }

  countReturned(objects: number, restored: number): void {
    this.#returned += objects;
    this.#restored += restored;
    for (let count = 0; count < objects; count += 1) this.countKnown();
  }

  countDeleted(objects: number, trashed: number): void {
    this.#deleted += objects;
    this.#trashed += trashed;
  }

  override countRow(row: IngestRow, outcome: IngestOutcome['outcomes'][number]): void {
    if (outcome === 'changed') this.#changed += 1;
    super.countRow(row, outcome === 'changed' ? 'added' : outcome);
  }

  finishSync(location: string): SyncReport {
    const { dataset, seen, added, duplicates, rejected, rejections, classes, labelDisagreements, durationMs, known } =
      this.finish();
    return {
      location,
      dataset,
      listed: seen,
      // What ingest itself passed over is unchanged too.
      unchanged: known - this.#returned,
      added: added - this.#changed,
      changed: this.#changed,
      returned: this.#returned,
      duplicates,
      rejected,
      rejections,
      deleted: this.#deleted,
      trashed: this.#trashed,
      restored: this.#restored,
      classes,
      labelDisagreements,
      durationMs,
    };
  }
}
