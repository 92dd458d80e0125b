/** @file Backups: what one is made of, and what creating, listing, verifying and restoring tell. */
import { z } from 'zod';
import { timestampSchema } from './ids.ts';
import { jobSchema } from './job.ts';

export const backupFormat = 1;

/** `20261126T120533Z-1a2b3c`: when it was begun (UTC), so that names sort by time. */
export const backupIdSchema = z
  .string()
  .regex(/^\d{8}T\d{6}Z-[0-9a-f]{6}$/, 'must be the name of a backup, such as 20261126T120533Z-1a2b3c');

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);
const countSchema = z.int().min(0);

/** A compressed list of lines, kept beside the manifest. */
export const backupPartSchema = z.strictObject({
  /** Below the backup: `rows/samples-00000.jsonl.gz`. */
  name: z.string().regex(/^(?:rows|objects)\/[a-z_]*-?\d{5}\.jsonl\.gz$/),
  sha256: sha256Schema,
  sizeBytes: countSchema,
  /** Rows of a table, or objects. */
  entries: countSchema,
});
export type BackupPart = z.infer<typeof backupPartSchema>;

/** Written last: what has a manifest is whole. */
export const backupManifestSchema = z.strictObject({
  format: z.literal(backupFormat),
  id: backupIdSchema,
  createdAt: timestampSchema,
  /** Version of the program that made it. */
  madeBy: z.string(),
  /** `backup`, or why it was made by itself. */
  because: z.enum(['asked', 'upgrade']),
  /** Migrations of the schema that the rows are of. */
  migrations: z.array(z.string()),
  /** In the order in which they are restored. */
  rows: z.array(backupPartSchema),
  objects: z.array(backupPartSchema),
  /** Rows by table, tables without rows included. */
  rowCounts: z.record(z.string(), countSchema),
  objectBytes: countSchema,
  /** Objects that rows refer to but that were not there, or not what they should be, when the backup was made. */
  missingObjects: countSchema,
});
export type BackupManifest = z.infer<typeof backupManifestSchema>;

/** A line of an object list. */
export const backupObjectSchema = z.strictObject({
  key: z.string(),
  sizeBytes: countSchema,
  /** Null: it was not there when the backup was made. */
  sha256: sha256Schema.nullable(),
});
export type BackupObject = z.infer<typeof backupObjectSchema>;

/** What reading all of a backup came to, the last time that somebody did. */
export const backupVerificationSchema = z.strictObject({
  at: timestampSchema,
  /** Parts and objects that were not what was written. */
  problems: countSchema,
});
export type BackupVerification = z.infer<typeof backupVerificationSchema>;

/** A backup as lists show it. */
export const backupSummarySchema = z.object({
  id: backupIdSchema,
  /** `unfinished`: it is being made, or whoever made it died. `damaged`: its manifest is not what was written. */
  state: z.enum(['whole', 'unfinished', 'damaged']),
  createdAt: timestampSchema,
  because: z.enum(['asked', 'upgrade']).nullable(),
  samples: countSchema,
  labels: countSchema,
  versions: countSchema,
  rows: countSchema,
  objects: countSchema,
  objectBytes: countSchema,
  missingObjects: countSchema,
  /** Null: nobody has yet. */
  verified: backupVerificationSchema.nullable(),
});
export type BackupSummary = z.infer<typeof backupSummarySchema>;

/** What is wrong with something that a backup is made of. */
export const backupProblemSchema = z.object({
  /** The part or object. */
  what: z.string(),
  problem: z.enum(['missing', 'changed', 'unreadable']),
});
export type BackupProblem = z.infer<typeof backupProblemSchema>;

export const backupReportSchema = z.object({
  id: backupIdSchema,
  rows: countSchema,
  objects: countSchema,
  checkedBytes: countSchema,
  /** The first thousand. */
  problems: z.array(backupProblemSchema),
  problemCount: countSchema,
  /** Of the backup itself: what was missing already when it was made. */
  missingObjects: countSchema,
  durationMs: z.number(),
});
export type BackupReport = z.infer<typeof backupReportSchema>;

/** What a worker does who is asked for a backup: beside the workspace's own bytes. */
export const backupJobSchema = z.strictObject({
  /** Older backups but for so many are removed; default: none are. */
  keep: z.int().min(1).max(10_000).optional(),
  /** Whether all of it is read once it is there. */
  verify: z.boolean().default(false),
});
export type BackupJob = z.infer<typeof backupJobSchema>;

/** GET /api/backups */
export const backupsQuerySchema = z.strictObject({ limit: z.coerce.number().int().min(1).max(1000).default(100) });
export const backupsViewSchema = z.object({
  /** Address of the store that they are in. */
  place: z.string(),
  /** Newest first. */
  items: z.array(backupSummarySchema),
  total: countSchema,
  /** The backup that waits or is made now. */
  job: jobSchema.nullable(),
});
export type BackupsView = z.infer<typeof backupsViewSchema>;

export const restoreReportSchema = z.object({
  id: backupIdSchema,
  createdAt: timestampSchema,
  rows: countSchema,
  objects: countSchema,
  /** Objects that were brought here; the others were here already, byte for byte. */
  copiedObjects: countSchema,
  missingObjects: countSchema,
  durationMs: z.number(),
});
export type RestoreReport = z.infer<typeof restoreReportSchema>;
