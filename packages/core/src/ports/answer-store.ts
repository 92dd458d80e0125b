/** @file Reads what a version answered for pictures of the catalog, beside what is known of each picture. */
import type { AnswerScope, Labeler } from '@tintype/contracts/evaluation-report';

/** A picture with the answer of one version and the class that it is judged by. */
export interface JudgedPicture {
  sampleId: string;
  /** Of the version's snapshot where the picture is in it, else the label it has now. */
  className: string;
  predicted: string;
  /** Calibrated, 0 to 1. */
  confidence: number;
  /** By class name; calibrated. Null where they were not kept. */
  probabilities: Readonly<Record<string, number>> | null;
  dataset: string;
  widthPx: number;
  heightPx: number;
  /** 0 to 1; null where it was not measured. */
  brightness: number | null;
  tags: readonly string[];
}

export interface AnswersOf {
  model: string;
  version: number;
  /** Of the version; null where it has none, and then nothing is of its test split. */
  snapshot: string | null;
  on: AnswerScope;
}

export interface AnswerStore {
  /** One page in sample-id order, of those after `after`. Pictures in the trash are left out. */
  list(query: AnswersOf & { after?: string; limit: number }): Promise<JudgedPicture[]>;
  /** Ids of all pictures that the version has answered. */
  sampleIds(version: { model: string; version: number }): Promise<Set<string>>;
  /** Who gave the labels of a snapshot, as they were when it was made, whatever their classes were called; most first. */
  labelers(snapshotId: string): Promise<Labeler[]>;
}

const pageSize = 1000;

/** Every picture of the query, a page at a time. */
export async function* eachAnswer(store: Pick<AnswerStore, 'list'>, query: AnswersOf): AsyncGenerator<JudgedPicture> {
  let after: string | undefined;
  for (;;) {
    const page = await store.list({ ...query, ...(after === undefined ? {} : { after }), limit: pageSize });
    yield* page;
    after = page.at(-1)?.sampleId;
    if (page.length < pageSize) return;
    // Reading a page takes some milliseconds: others have their turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
