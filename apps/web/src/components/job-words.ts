/** @file What a job does, in words and as a share, whatever its kind. */
import type { Job } from '@tintype/contracts/job';
import { formatCount } from './format.ts';

/** What a page reads of a job's progress; each kind tells more. */
export interface JobStage {
  /** In words. */
  words: string;
  /** Of the stage, 0 to 1; undefined where it is not known. */
  share: number | undefined;
  /** `120 of 2,000`, a few words, or nothing. */
  note: string;
}

/** A stage is called by the word that the server uses, where nothing else is said. */
const stageWords: Readonly<Record<string, string>> = {
  snapshot: 'Freezing the pictures and their splits',
  gates: 'Judging which pictures take part',
  features: 'Reading what is in the pictures',
  pixels: 'Decoding the pictures',
  fit: 'Fitting the head',
  train: 'Training',
  calibrate: 'Calibrating the confidence',
  evaluate: 'Measuring what it never saw',
  register: 'Proving and registering it',
  tune: 'Trying settings',
  ingest: 'Taking in pictures',
  measure: 'Measuring the pictures',
  map: 'Laying them out',
  duplicates: 'Looking for duplicates',
  classes: 'Averaging the classes',
  labels: 'Doubting the labels',
  umap: 'Drawing the map',
  'backup-rows': 'Keeping the rows',
  'backup-objects': 'Keeping pictures and models',
  'backup-verify': 'Reading all of it',
};

/** What a stage counts, where it is not pictures. */
const countedWords: Readonly<Record<string, string>> = { train: ' epochs', register: ' pictures' };

/** Stages whose numbers are milliseconds. */
const timed: ReadonlySet<string> = new Set(['tune']);

export function describeStage(progress: Job['progress']): JobStage {
  const { stage, done, total, note } = progress ?? {};
  const name = typeof stage === 'string' ? stage : '';
  const counted = typeof done === 'number' && typeof total === 'number' && total > 0;
  const share = counted ? Math.min(1, Math.max(0, done / total)) : undefined;
  const count =
    counted && !timed.has(name) ? `${formatCount(done)} of ${formatCount(total)}${countedWords[name] ?? ''}` : '';
  const words = typeof note === 'string' ? note : '';
  return {
    words: stageWords[name] ?? (name === '' ? 'Beginning' : name),
    share,
    note: [count, words].filter((part) => part !== '').join(' · '),
  };
}

export const isOpen = ({ status }: Pick<Job, 'status'>): boolean => status === 'queued' || status === 'running';

export const statusWords: Readonly<Record<Job['status'], string>> = {
  queued: 'Waiting for its turn',
  running: 'Under way',
  succeeded: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};
