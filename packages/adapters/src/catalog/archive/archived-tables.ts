/** @file Which tables a backup keeps, in the order in which their rows can be restored: what others refer to comes first. */
import type { Tables } from '../schema.ts';

interface Archived {
  /** Columns whose order the rows are read in. */
  key: readonly string[];
}

/**
 * `left`: rows that end by themselves within days, and that nobody should get back with a backup. They may be there when a backup is
 * restored, and are gone afterwards. So may the counters, which are kept.
 */
const archived: Record<keyof Tables, Archived | 'left'> = {
  counters: { key: ['name'] },
  datasets: { key: ['name'] },
  classes: { key: ['name'] },
  class_events: { key: ['sequence'] },
  samples: { key: ['id'] },
  origins: { key: ['dataset', 'location', 'path'] },
  label_events: { key: ['sequence'] },
  removal_events: { key: ['sequence'] },
  data_issues: { key: ['id'] },
  snapshots: { key: ['id'] },
  snapshot_entries: { key: ['snapshot_id', 'sample_id'] },
  runs: { key: ['id'] },
  run_epochs: { key: ['run', 'epoch'] },
  run_artifacts: { key: ['run', 'name'] },
  models: { key: ['name'] },
  model_versions: { key: ['model', 'version'] },
  aliases: { key: ['model', 'alias'] },
  alias_log: { key: ['sequence'] },
  evaluations: { key: ['sequence'] },
  studies: { key: ['name'] },
  trials: { key: ['study', 'number'] },
  predictions: { key: ['sequence'] },
  tags: { key: ['name'] },
  sample_tags: { key: ['tag', 'sample_id'] },
  views: { key: ['id'] },
  view_samples: { key: ['view_id', 'sample_id'] },
  sample_predictions: { key: ['model', 'version', 'sample_id'] },
  sample_measures: { key: ['sample_id'] },
  label_asks: { key: ['sample_id', 'annotator'] },
  gold_questions: { key: ['sample_id'] },
  reviews: { key: ['sequence'] },
  tokens: { key: ['sequence'] },
  users: { key: ['key'] },
  audit: { key: ['sequence'] },
  jobs: { key: ['sequence'] },
  label_leases: 'left',
  sessions: 'left',
  invitations: 'left',
};

export type TableName = keyof Tables;

export const allTables = Object.keys(archived) as TableName[];
export const leftTables = allTables.filter((table) => archived[table] === 'left');
export const keptTables = allTables.filter((table) => archived[table] !== 'left');
/** Rows of these are no reason not to restore. */
export const replaceableTables: readonly TableName[] = [...leftTables, 'counters'];

export function keyOf(table: TableName): readonly string[] {
  const one = archived[table];
  return one === 'left' ? [] : one.key;
}
