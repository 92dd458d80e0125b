/** @file What may be wrong with a workspace, and what looking for it reports. */
import { z } from 'zod';

/** `damage`: something that was promised is not so. `leftover`: it costs space, or a wait, and nothing else. */
export const findingSeverities = ['damage', 'leftover'] as const;
export type FindingSeverity = (typeof findingSeverities)[number];

interface FindingEntry {
  severity: FindingSeverity;
  /** Fixed words. */
  title: string;
  /** What `--repair` does about it. */
  repair: string;
}

const damage = (title: string, repair: string): FindingEntry => ({ severity: 'damage', title, repair });
const leftover = (title: string, repair: string): FindingEntry => ({ severity: 'leftover', title, repair });

const kept = 'nothing: history is never changed';
const recounted = 'made to say what the history says';

/** In the order in which they are looked for. */
export const findingKinds = {
  // Rows against each other
  'database-damaged': damage('the database file is damaged', 'nothing, nor is anything else: restore a backup'),
  'label-dangling': damage('a label of a sample that is not there', kept),
  'label-mismatch': damage('a sample does not have the class of its last label', recounted),
  'class-missing': damage('a class that samples have is not in the list of classes', 'put into the list'),
  'trash-mismatch': damage('a sample is in the trash, or not, against its history', recounted),
  'split-mismatch': damage(
    'a sample does not have its split of the latest snapshot',
    'made to say what the snapshot says',
  ),
  'origin-dangling': damage(
    'a file is known as a sample that is not there',
    'forgotten: the next ingest reads the file again',
  ),
  'row-dangling': damage(
    'a row speaks of a sample that is not there',
    'what was computed is removed, everything else is kept',
  ),
  'snapshot-dangling': damage(
    'the latest snapshot of a dataset is not there',
    'the newest that is there becomes the latest',
  ),
  'snapshot-rows': damage(
    'the rows of a snapshot are not those that its id is the hash of',
    'nothing: make a new snapshot',
  ),
  'alias-dangling': damage('an alias points to no version', 'moved to where it was before, or taken away'),
  'alias-mismatch': damage('an alias is not where its log says', 'moved to where the log says'),
  'lease-stuck': leftover('a job is held by a worker that is gone', 'handed to the next worker'),
  'run-stuck': leftover(
    'a training is said to run, and gave no sign of life for an hour',
    'recorded as failed; it may be resumed',
  ),

  // Bytes against rows
  'source-missing': damage(
    'a sample without its picture',
    'brought back from quarantine/, else moved to the trash with its labels; ingest it again',
  ),
  'source-corrupt': damage(
    'a picture is not the one it was',
    'moved to quarantine/, its samples to the trash with their labels; ingest it again',
  ),
  'source-lost': leftover('a sample in the trash without its picture', 'brought back from quarantine/'),
  'source-returned': leftover(
    'a sample is in the trash for its missing picture, which is back',
    'taken out of the trash',
  ),
  'thumbnail-missing': damage('a sample without its thumbnail', 'made again from the picture'),
  'thumbnail-corrupt': damage('a thumbnail is not a whole JPEG', 'made again from the picture'),
  'prediction-missing': damage(
    'a kept prediction without its picture',
    'brought back from quarantine/, else the prediction stays without it',
  ),
  'snapshot-missing': damage('a snapshot without its list', 'written again from its rows'),
  'snapshot-corrupt': damage(
    'the list of a snapshot is not the one it was',
    'moved to quarantine/ and written again from its rows',
  ),
  'bundle-missing': damage(
    'a version without a file of its model',
    'brought back from quarantine/, else its aliases go back to a version that is whole',
  ),
  'bundle-corrupt': damage(
    'a file of a model is not the one it was',
    'moved to quarantine/, its aliases go back to a version that is whole',
  ),
  'shard-corrupt': damage('computed features or pixels are not the ones they were', 'removed: they are computed again'),
  orphan: leftover('an object that no row speaks of', 'moved to quarantine/ once it is an hour old'),

  // What is under way, or was
  unfinished: leftover(
    'what a process left unfinished',
    'removed: a file once nobody wrote to it for ten minutes, a copy in quarantine/ at once',
  ),
  'copy-damaged': damage('the copy of an object on this machine is not the object', 'removed: it is downloaded again'),
  'checkpoint-damaged': leftover(
    'a checkpoint of a training is cut or changed',
    'set aside; the training goes on from the one before',
  ),
} as const satisfies Readonly<Record<string, FindingEntry>>;

export type FindingKind = keyof typeof findingKinds;
export const findingKindNames = Object.keys(findingKinds) as [FindingKind, ...FindingKind[]];

export const findingSchema = z.object({
  kind: z.enum(findingKindNames),
  severity: z.enum(findingSeverities),
  /** What it is about: a key, a sample, a job. */
  subject: z.string(),
  /** One sentence. */
  detail: z.string(),
  /** What was done about it, as a sentence; null where nothing was. */
  repair: z.string().nullable(),
});
export type Finding = z.infer<typeof findingSchema>;

export const verifyOptionsSchema = z.object({
  /** Whether what can be mended is mended. */
  repairs: z.boolean().default(false),
  /** Reads no bytes: only whether they are there, and how many. */
  isQuick: z.boolean().default(false),
});
export type VerifyOptions = z.infer<typeof verifyOptionsSchema>;

export const verifyReportSchema = z.object({
  isQuick: z.boolean(),
  /** Whether nothing is damaged any more. */
  isSound: z.boolean(),
  pictures: z.int(),
  objects: z.int(),
  /** Bytes that were read. */
  sizeBytes: z.int(),
  /** How many were found, by kind. */
  counts: z.partialRecord(z.enum(findingKindNames), z.int()),
  damage: z.int(),
  leftovers: z.int(),
  repaired: z.int(),
  /** The first 1,000. */
  findings: z.array(findingSchema),
  durationMs: z.number(),
});
export type VerifyReport = z.infer<typeof verifyReportSchema>;
