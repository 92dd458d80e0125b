/** @file Work that a worker leases: what was asked, how far it is, how it ended. */
import { z } from 'zod';
import { timestampSchema } from './ids.ts';

/** What may be asked for over HTTP. */
export const askedJobKinds = ['ingest', 'train', 'tune', 'evaluate', 'score', 'explore'] as const;
/** What workers work on. A batch is asked for by the command line alone, and its shards are made by it; a backup has a route of its own. */
export const workedJobKinds = [...askedJobKinds, 'predict', 'shard', 'backup'] as const;
export type WorkedJobKind = (typeof workedJobKinds)[number];
/** A sync is a row of the queue so that there is one of a place; the command that began it does it. */
export const jobKinds = [...workedJobKinds, 'sync'] as const;
export const jobStatuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(jobKinds),
  input: z.record(z.string(), z.unknown()),
  status: z.enum(jobStatuses),
  /** Of jobs that wait, the highest comes first. */
  priority: z.int(),
  /** Times it was begun and not handed back. */
  attempts: z.int(),
  /** A job that failed of what passes is not begun before; null where nothing is waited for. */
  retryAt: timestampSchema.nullable(),
  /** The job that it is a part of. */
  parent: z.string().nullable(),
  progress: z.record(z.string(), z.unknown()).nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  error: z.object({ code: z.string(), detail: z.string(), hint: z.string() }).nullable(),
  createdAt: timestampSchema,
  startedAt: timestampSchema.nullable(),
  endedAt: timestampSchema.nullable(),
});
export type Job = z.infer<typeof jobSchema>;

/** What a job tells while it runs, as a page shows it: kinds add what is theirs. */
export const jobProgressSchema = z.looseObject({
  /** What is being done, in the stage's own word. */
  stage: z.string().optional(),
  done: z.number().optional(),
  total: z.number().optional(),
  /** A few words on where it stands. */
  note: z.string().optional(),
  /** Of a training, once its row is there. */
  run: z.string().optional(),
  /** Of a tuning. */
  study: z.string().optional(),
});
export type JobProgress = z.infer<typeof jobProgressSchema>;
