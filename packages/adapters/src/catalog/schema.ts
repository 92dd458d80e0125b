/** @file The catalog's tables: TEXT ids, epoch milliseconds, JSON as TEXT and booleans as 0 or 1, so that every database takes them. */
import type { MeasureName } from '@tintype/contracts/catalog';
import type { Generated } from 'kysely';

export interface DatasetTable {
  name: string;
  created_at: number;
  /** The snapshot made last; `samples.split` repeats its splits. */
  latest_snapshot: string | null;
}

export interface ClassTable {
  name: string;
  position: number;
  /** A digit or letter that somebody chose; no two classes that are there have the same. */
  key: string | null;
  /** Since when it is not there any more. */
  removed_at: number | null;
  /** The class it was renamed to or merged into. */
  became: string | null;
}

/** Append-only. `before` is what taking the change back needs. */
export interface ClassEventTable {
  sequence: Generated<number>;
  id: string;
  change: string;
  before: string;
  labels: number;
  annotator: string;
  at: number;
}

export interface SampleTable {
  id: string;
  dataset: string;
  content_hash: string;
  path: string;
  format: string;
  width_px: number;
  height_px: number;
  size_bytes: number;
  perceptual_hash: string;
  /** Class of the last label event. */
  class_name: string | null;
  /** Split in the dataset's latest snapshot. */
  split: string | null;
  created_at: number;
  removed: number;
  removed_at: number | null;
  /** Declared group. */
  group_name: string | null;
  /** Of the last label event where it gives a class. */
  labeled_by: string | null;
  label_source: string | null;
  labeled_at: number | null;
}

export interface OriginTable {
  dataset: string;
  location: string;
  path: string;
  size_bytes: number;
  /** File systems give fractions of a millisecond. */
  modified_at: number;
  etag: string | null;
  sample_id: string | null;
  deleted_at: number | null;
}

/** Append-only. */
export interface LabelEventTable {
  sequence: Generated<number>;
  id: string;
  sample_id: string;
  class_name: string | null;
  annotator: string;
  source: string;
  at: number;
}

/** Append-only: who moved what to the trash (1) or back (0). */
export interface RemovalEventTable {
  sequence: Generated<number>;
  sample_id: string;
  removed: number;
  annotator: string;
  at: number;
}

export interface DataIssueTable {
  id: string;
  dataset: string;
  kind: string;
  sample_id: string | null;
  path: string;
  code: string;
  detail: string;
  score: number;
  at: number;
}

export interface SnapshotTable {
  id: string;
  dataset: string;
  seed: number;
  shares: string;
  classes: string;
  counts: string;
  class_counts: string;
  groups: number;
  created_at: number;
}

export interface SnapshotEntryTable {
  snapshot_id: string;
  sample_id: string;
  content_hash: string;
  class_name: string;
  group_id: string;
  split: string;
}

export interface RunTable {
  id: string;
  snapshot: string;
  status: string;
  options: string;
  started_at: number;
  ended_at: number | null;
  error: string | null;
  /** The last that was told, and its sign of life. */
  progress: string | null;
}

export interface RunEpochTable {
  run: string;
  epoch: number;
  metrics: string;
}

export interface RunArtifactTable {
  run: string;
  name: string;
  kind: string;
  media_type: string;
  path: string;
}

export interface ModelTable {
  name: string;
  created_at: number;
}

/** Append-only. */
export interface ModelVersionTable {
  model: string;
  version: number;
  bundle_hash: string;
  run: string;
  snapshot: string;
  classes: string;
  backbone: string;
  head: string;
  size_bytes: number;
  accuracy: number;
  accuracy_lower: number;
  accuracy_upper: number;
  balanced_accuracy: number;
  macro_f1: number;
  created_at: number;
  /** 0: the figures before are zeros that mean nothing. */
  is_measured: number;
}

export interface AliasTable {
  model: string;
  alias: string;
  version: number;
}

/** Append-only. */
export interface AliasLogTable {
  sequence: Generated<number>;
  model: string;
  alias: string;
  version: number | null;
  previous: number | null;
  moved_by: string;
  at: number;
}

/** Append-only. `body` is the whole evaluation. */
export interface EvaluationTable {
  sequence: Generated<number>;
  id: string;
  model: string;
  version: number;
  body: string;
}

/** `body` is what never changes of the study. */
export interface StudyTable {
  name: string;
  body: string;
  budget_ms: number;
  spent_ms: number;
  created_at: number;
  heartbeat_at: number | null;
  ended_because: string | null;
}

export interface TrialTable {
  study: string;
  number: number;
  settings: string;
  status: string;
  value: number | null;
  interval_lower: number | null;
  interval_upper: number | null;
  intermediate_values: string;
  note: string | null;
  error_code: string | null;
  started_at: number;
  ended_at: number | null;
}

/** Single numbers; `registry` grows with every write to the registry. */
export interface CounterTable {
  name: string;
  value: number;
}

export interface JobTable {
  sequence: Generated<number>;
  id: string;
  kind: string;
  input: string;
  status: string;
  attempts: number;
  progress: string | null;
  result: string | null;
  error: string | null;
  /** Fencing token of the worker that holds the job. */
  lease: string | null;
  lease_expires_at: number | null;
  worker: string | null;
  created_at: number;
  started_at: number | null;
  ended_at: number | null;
  priority: Generated<number>;
  /** Of queued jobs with one key, and of running ones, there is one. */
  singleton_key: string | null;
  /** Id of the job that it is a part of. */
  parent: string | null;
  /** The only one whose workers get it; null for any. */
  machine: string | null;
  /** Nobody gets it earlier. */
  not_before: number | null;
  /** How much of its parent's work it is. */
  size: Generated<number>;
}

export interface PredictionTable {
  sequence: Generated<number>;
  id: string;
  at: number;
  because: string;
  content_hash: string;
  size_bytes: number;
  has_picture: 0 | 1;
  model: string;
  version: number;
  request_id: string;
  prediction: string | null;
  confidence: number;
  reason: string | null;
  /** JSON: class name -> probability. */
  probabilities: string | null;
}

export interface TagTable {
  name: string;
  created_by: string;
  created_at: number;
}

export interface SampleTagTable {
  tag: string;
  sample_id: string;
  annotator: string;
  at: number;
}

export interface ViewTable {
  id: string;
  name: string | null;
  /** JSON; null for a list. */
  query: string | null;
  created_by: string;
  created_at: number;
  /** From then on it may be removed; null where it has a name. */
  forgotten_at: number | null;
}

export interface ViewSampleTable {
  view_id: string;
  position: number;
  sample_id: string;
}

export interface SamplePredictionTable {
  model: string;
  version: number;
  sample_id: string;
  /** Label when it was predicted. */
  class_name: string | null;
  predicted: string;
  confidence: number;
  /** JSON: class name -> probability. */
  probabilities: string | null;
}

export interface SampleMeasureTable extends Record<MeasureName, number | null> {
  sample_id: string;
}

/** `scopes` is a JSON list. */
export interface TokenTable {
  sequence: Generated<number>;
  id: string;
  name: string;
  secret_hash: string;
  role: string;
  scopes: string;
  created_by: string;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  revoked_at: number | null;
}

/** `key` is the name in lower case: no two users may differ by case alone. */
export interface UserTable {
  key: string;
  name: string;
  role: string;
  password_hash: string;
  created_by: string;
  created_at: number;
  disabled_at: number | null;
}

export interface SessionTable {
  id: string;
  secret_hash: string;
  user_key: string;
  created_at: number;
  used_at: number;
}

export interface InvitationTable {
  id: string;
  secret_hash: string;
  role: string;
  user_key: string | null;
  is_for_first_admin: number;
  created_by: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
}

/** Append-only. */
export interface AuditTable {
  sequence: Generated<number>;
  id: string;
  at: number;
  who: string;
  token_id: string | null;
  session_id: string | null;
  action: string;
  target: string | null;
  details: string | null;
  status: number;
  request_id: string | null;
}

/** A picture that was given out, and until when it is kept from others. */
export interface LabelLeaseTable {
  sample_id: string;
  annotator: string;
  until: number;
}

/** Who was asked about which picture without seeing its label; `kind` is second or gold. */
export interface LabelAskTable {
  sample_id: string;
  annotator: string;
  kind: string;
  at: number;
  answered: number;
}

export interface GoldQuestionTable {
  sample_id: string;
  class_name: string;
  created_by: string;
  created_at: number;
  removed_at: number | null;
}

/** Append-only. `class_name` null takes the last review of the picture back. */
export interface ReviewTable {
  sequence: Generated<number>;
  id: string;
  sample_id: string;
  class_name: string | null;
  was: string | null;
  annotator: string;
  at: number;
}

export interface Tables {
  datasets: DatasetTable;
  classes: ClassTable;
  class_events: ClassEventTable;
  samples: SampleTable;
  origins: OriginTable;
  label_events: LabelEventTable;
  removal_events: RemovalEventTable;
  data_issues: DataIssueTable;
  snapshots: SnapshotTable;
  snapshot_entries: SnapshotEntryTable;
  runs: RunTable;
  run_epochs: RunEpochTable;
  run_artifacts: RunArtifactTable;
  models: ModelTable;
  model_versions: ModelVersionTable;
  aliases: AliasTable;
  alias_log: AliasLogTable;
  evaluations: EvaluationTable;
  studies: StudyTable;
  trials: TrialTable;
  predictions: PredictionTable;
  tags: TagTable;
  sample_tags: SampleTagTable;
  views: ViewTable;
  view_samples: ViewSampleTable;
  sample_predictions: SamplePredictionTable;
  sample_measures: SampleMeasureTable;
  label_leases: LabelLeaseTable;
  label_asks: LabelAskTable;
  gold_questions: GoldQuestionTable;
  reviews: ReviewTable;
  tokens: TokenTable;
  users: UserTable;
  sessions: SessionTable;
  invitations: InvitationTable;
  audit: AuditTable;
  counters: CounterTable;
  jobs: JobTable;
}
