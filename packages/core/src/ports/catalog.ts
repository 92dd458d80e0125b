/** @file The catalog's port: rows of every stage. Every method that writes is one transaction, durable when it returns. */
import type {
  CatalogSummary,
  DataIssue,
  DataIssueKind,
  Dataset,
  ListedSample,
  Sample,
  SampleKey,
  SampleQuery,
  Snapshot,
  SnapshotEntry,
} from '@tintype/contracts/catalog';
import type { FilterChoices, Regrouped, SampleUse } from '@tintype/contracts/curation';
import type { Evaluation } from '@tintype/contracts/evaluate';
import type { Page } from '@tintype/contracts/ids';
import type { ClassChange, ClassEvent, LabelClass, LabelEvent, LabelSource } from '@tintype/contracts/label';
import type { LoggedPrediction, PredictionsQuery } from '@tintype/contracts/prediction-log';
import type { AliasLogEntry, ModelVersion, RegisteredModel } from '@tintype/contracts/registry';
import type { Run } from '@tintype/contracts/train';
import type { Artifact, EpochMetrics, RunProgress } from '@tintype/contracts/train-events';
import type { Study, Trial } from '@tintype/contracts/tune';
import type { AccessStore } from './access-store.ts';
import type { AnswerStore } from './answer-store.ts';
import type { MeasureStore, SamplePredictionStore, TagStore, ViewStore } from './curation-stores.ts';
import type { IntegrityStore } from './integrity-store.ts';
import type { PeopleStore } from './people-store.ts';

/** A file of a source that an earlier run finished with, taken or rejected. */
export interface Origin {
  location: string;
  path: string;
  sizeBytes: number;
  modifiedAt: number;
  /** Of objects in buckets; it says more than size and time. */
  etag?: string;
}

/** An origin as the catalog knows it. */
export interface KnownOrigin extends Origin {
  /** The sample that the file is; null where it was rejected. */
  sampleId: string | null;
  /** When it was found that the file is not there any more. */
  deletedAt: number | null;
}

/** One finished file: a picture (with the sample it is or duplicates) or a rejection. */
export type IngestRow = { origin: Origin } & (
  | {
      sample: Omit<Sample, 'className' | 'group' | 'createdAt' | 'removedAt' | 'dataset'>;
      className: string | null;
      labelSource: LabelSource;
    }
  | { rejection: { code: string; detail: string } }
);

export interface IngestOutcome {
  /**
   * One of these per row, in order. `disagreement`: a duplicate whose class differs from the sample's. `changed`: it took the place of
   * another sample, where origins are followed.
   */
  outcomes: ('added' | 'duplicate' | 'disagreement' | 'rejected' | 'changed')[];
}

/** Who records an ingest. */
export interface IngestBy {
  annotator: string;
  at: number;
  /**
   * A file whose content is another than before takes the place of what it was: the new sample takes over its label, which is flagged
   * by a `changed-object` issue, and the old one goes to the trash unless another file still is it. By default both stay.
   */
  isFollowing?: boolean;
}

/** What the files of a location are and were. */
export interface OriginStore {
  /** In the order of the paths' UTF-8 bytes, without holding them all. */
  stream(dataset: string, location: string): AsyncIterable<KnownOrigin>;
  /** Those of these paths that are known, in the same order. */
  findAt(dataset: string, location: string, paths: readonly string[]): Promise<KnownOrigin[]>;
  /** The files are gone: samples that no other file is go to the trash, their labels with them. Returns how many did. */
  markDeleted(dataset: string, location: string, paths: readonly string[], by: IngestBy): Promise<number>;
  /** The files are back as they were: samples that went to the trash for that alone come out of it. Returns how many did. */
  markReturned(dataset: string, location: string, paths: readonly string[], by: IngestBy): Promise<number>;
}

export interface SampleStore {
  ensureDataset(name: string): Promise<Dataset>;
  listDatasets(): Promise<Dataset[]>;
  /** Those that are there, in the order of screens. */
  listClasses(): Promise<LabelClass[]>;
  summarize(dataset?: string): Promise<CatalogSummary>;
  /** Of these paths of a location, the ones already finished with, by path. */
  findOrigins(dataset: string, location: string, paths: readonly string[]): Promise<Map<string, Origin>>;
  /**
   * Adds samples, origins, label events, classes and data issues. A sample that exists stays as it is (a removed one stays removed);
   * a duplicate with another class leaves the label and adds a `label-disagreement` issue; an unlabeled one takes the class.
   */
  recordIngest(dataset: string, rows: readonly IngestRow[], by: IngestBy): Promise<IngestOutcome>;
  /**
   * In the order of `sort`, by id without one; a view that is a list keeps its own order. A cursor of a sorted list is a position, so what is
   * added or removed meanwhile shifts its pages. Throws VIEW_NOT_FOUND, VALIDATION_FAILED.
   */
  list(query: SampleQuery): Promise<Page<ListedSample>>;
  /** As `list`, with less of each sample: for actions on many. */
  listKeys(query: SampleQuery): Promise<Page<SampleKey>>;
  /** Every sample that matches, in id order, without holding them all. Throws VIEW_NOT_FOUND. */
  stream(query: Omit<SampleQuery, 'sort' | 'offset' | 'cursor' | 'limit'>): AsyncIterable<Sample>;
  /** What there is to filter by. */
  listChoices(): Promise<FilterChoices>;
  /** Throws SAMPLE_NOT_FOUND. */
  get(sampleId: string): Promise<ListedSample>;
  /** Moves to the trash; returns how many were not there before. Ids that do not exist: SAMPLE_NOT_FOUND and nothing changes. */
  remove(sampleIds: readonly string[], by: { annotator: string; at: number }): Promise<number>;
  restore(sampleIds: readonly string[], by: { annotator: string; at: number }): Promise<number>;
  /** Declares what belongs together; null takes samples out of their group. Throws SAMPLE_NOT_FOUND, and then nothing changes. */
  setGroup(sampleIds: readonly string[], group: string | null): Promise<Regrouped>;
  /** Snapshots that hold a sample, with the runs and versions made from them, newest first. */
  listUses(sampleId: string): Promise<SampleUse[]>;
  /**
   * Appends; an event whose id is known already changes nothing. One of a class that was renamed or merged is of what it became. Opinions leave the
   * label of their picture as it is.
   */
  appendLabelEvents(events: readonly LabelEvent[]): Promise<void>;
  /** Oldest first. */
  listLabelEvents(sampleId: string): Promise<LabelEvent[]>;
  /** One whose id is known is replaced. `replacing`: all of that kind in the dataset that are not among these go away. */
  recordIssues(
    issues: readonly DataIssue[],
    options?: { replacing: { dataset: string; kind: DataIssueKind } },
  ): Promise<void>;
  listIssues(query: {
    dataset?: string;
    kind?: DataIssueKind;
    cursor?: string;
    limit?: number;
  }): Promise<Page<DataIssue>>;
}

export interface ClassStore {
  /**
   * One transaction: classes, labels that follow them, and the record of it. Throws CLASS_NOT_FOUND, CLASS_EXISTS, CLASS_IN_USE,
   * CLASS_CHANGE_NOT_UNDOABLE.
   */
  change(change: ClassChange, by: { annotator: string; at: number }): Promise<ClassEvent>;
  /** Newest first. */
  listChanges(options: { limit: number }): Promise<ClassEvent[]>;
}

export interface SnapshotStore {
  /** Idempotent: equal content has an equal id. */
  create(snapshot: Snapshot, entries: readonly SnapshotEntry[]): Promise<void>;
  /** `latest` is allowed where `dataset` is given. Throws SNAPSHOT_NOT_FOUND. */
  get(snapshotId: string): Promise<Snapshot>;
  findLatest(dataset: string): Promise<Snapshot | undefined>;
  /** Newest first. */
  list(dataset?: string): Promise<Snapshot[]>;
  /** In sample-id order. */
  entries(snapshotId: string): Promise<SnapshotEntry[]>;
  /** The same, of which no more than a page is in memory. */
  stream(snapshotId: string): AsyncIterable<SnapshotEntry>;
}

export interface RunStore {
  create(run: Run): Promise<void>;
  finish(runId: string, end: Pick<Run, 'status' | 'endedAt' | 'error'>): Promise<void>;
  /** Takes back how it ended: it runs again. Throws RUN_NOT_FOUND. */
  reopen(runId: string): Promise<void>;
  /** Throws RUN_NOT_FOUND. */
  get(runId: string): Promise<Run>;
  /** Newest first. */
  list(): Promise<Run[]>;
  /** Replaces what was told before. Throws RUN_NOT_FOUND. */
  report(runId: string, progress: RunProgress): Promise<void>;
  /** Undefined where nothing was told. */
  findProgress(runId: string): Promise<RunProgress | undefined>;
  /** An epoch that is there is replaced: a resumed run may go through it again. Throws RUN_NOT_FOUND. */
  recordEpoch(runId: string, metrics: EpochMetrics): Promise<void>;
  /** In order; none for runs of heads. */
  epochs(runId: string): Promise<EpochMetrics[]>;
  /** One of the same name is replaced. Throws RUN_NOT_FOUND. */
  recordArtifact(runId: string, artifact: Artifact): Promise<void>;
  /** By name. */
  artifacts(runId: string): Promise<Artifact[]>;
}

/** What publishing inserts; the catalog gives the version its number. */
export type NewVersion = Omit<ModelVersion, 'version' | 'aliases'>;

export interface RegistryStore {
  /** One transaction: model (if new), version with the next number, its evaluation where it has one, and the alias move with its log entry. */
  publish(
    version: NewVersion,
    options: { evaluation?: Omit<Evaluation, 'model' | 'version'>; alias?: string; by: string },
  ): Promise<ModelVersion>;
  /** Throws MODEL_NOT_FOUND or MODEL_NONE_YET. */
  get(model: string): Promise<RegisteredModel>;
  list(): Promise<RegisteredModel[]>;
  /** `version` is a number as text or an alias. Throws MODEL_NOT_FOUND, MODEL_NONE_YET or VERSION_NOT_FOUND. */
  getVersion(model: string, version: string): Promise<ModelVersion>;
  /** Throws ALIAS_CONFLICT when `expected` is given and is not where the alias is now (null: nowhere). */
  moveAlias(move: {
    model: string;
    alias: string;
    version: number;
    expected?: number | null;
    by: string;
    at: number;
  }): Promise<AliasLogEntry>;
  /** Newest first. */
  aliasLog(model?: string): Promise<AliasLogEntry[]>;
  /** Where the alias stood at a moment; undefined when nowhere. */
  findAliasAt(model: string, alias: string, at: number): Promise<number | undefined>;
  /** The version that an alias was last moved to, over all models: what a server without a chosen model serves. */
  findLatestAliased(alias: string): Promise<ModelVersion | undefined>;
}

export interface EvaluationStore {
  record(evaluation: Evaluation): Promise<void>;
  /** Newest first. */
  list(model: string, version: number): Promise<Evaluation[]>;
}

export interface StudyStore {
  /** Throws STUDY_EXISTS. */
  create(study: Study): Promise<void>;
  /** Throws STUDY_NOT_FOUND. */
  get(name: string): Promise<Study>;
  /** Newest first. */
  list(): Promise<Study[]>;
  /** Throws STUDY_NOT_FOUND. */
  update(
    name: string,
    change: Partial<Pick<Study, 'budgetMs' | 'spentMs' | 'heartbeatAt' | 'endedBecause'>>,
  ): Promise<void>;
  /** Writes the trial, or all of it anew where its number is there already. Throws STUDY_NOT_FOUND. */
  putTrial(trial: Trial): Promise<void>;
  /** By number. */
  listTrials(study: string): Promise<Trial[]>;
}

export interface PredictionStore {
  /** One whose id is known already is left alone. */
  record(predictions: readonly LoggedPrediction[]): Promise<void>;
  /** Newest first. */
  list(query: Partial<PredictionsQuery>): Promise<Page<LoggedPrediction>>;
  /** How many were recorded at this moment or later. */
  countSince(at: number): Promise<number>;
}

export interface Catalog extends AsyncDisposable {
  samples: SampleStore;
  classes: ClassStore;
  origins: OriginStore;
  snapshots: SnapshotStore;
  runs: RunStore;
  registry: RegistryStore;
  evaluations: EvaluationStore;
  studies: StudyStore;
  predictions: PredictionStore;
  tags: TagStore;
  views: ViewStore;
  samplePredictions: SamplePredictionStore;
  measures: MeasureStore;
  people: PeopleStore;
  access: AccessStore;
  answers: AnswerStore;
  integrity: IntegrityStore;
  /** A number that changes whenever a registry row changes, cheap to read: servers poll it. */
  registryVersion(): Promise<number>;
}
