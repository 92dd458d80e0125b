/** @file What rows say against each other, and what they say should be in the store. */
import type { FindingKind } from '@tintype/contracts/verify';

/** A contradiction between rows. */
export interface RowFault {
  kind: FindingKind;
  /** A sample, an alias as `MODEL@ALIAS`, a dataset, a job, ... */
  subject: string;
  /** One sentence. */
  detail: string;
}

export interface KnownPicture {
  contentHash: string;
  sizeBytes: number;
}

export interface IntegrityStore {
  /** In the order of the kinds. Nothing of it is held in memory but a page. `at`: now. */
  findFaults(options: { at: number }): AsyncIterable<RowFault>;
  /** Makes the rows agree; says what it did, or undefined where nothing can be done without changing history. */
  mend(fault: RowFault, options: { at: number }): Promise<string | undefined>;
  /** Pictures of all samples, those in the trash included, or of kept predictions: each once, by hash. */
  pictures(of: 'samples' | 'predictions'): AsyncIterable<KnownPicture>;
  /** Samples that `by` moved to the trash last, in id order. */
  removedBy(by: string): AsyncIterable<{ sampleId: string; contentHash: string }>;
  /** What the files of these samples were is forgotten, so that the next ingest reads them again; returns the files. */
  forgetOrigins(sampleIds: readonly string[]): Promise<{ location: string; path: string }[]>;
  /** Kept predictions of this picture stay, without it; returns how many. */
  forgetPredictionPicture(contentHash: string): Promise<number>;
  /** Moves the alias, or takes it away (null), with its entry in the log. */
  setAlias(alias: { model: string; alias: string; version: number | null; by: string; at: number }): Promise<void>;
}
