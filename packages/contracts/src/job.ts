/** @file Work that a worker leases: what was asked, how far it is, how it ended. */
import { z } from 'zod';
import { timestampSchema } from './ids.ts';

export const jobKinds = ['ingest', 'train', 'evaluate'] as const;
export const jobStatuses = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const;

export const jobSchema = z.object({
  id: z.string(),
  kind: z.enum(jobKinds),
  input: z.record(z.string(), z.unknown()),
  status: z.enum(jobStatuses),
  attempts: z.int(),
  progress: z.record(z.string(), z.unknown()).nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  error: z.object({ code: z.string(), detail: z.string(), hint: z.string() }).nullable(),
  createdAt: timestampSchema,
  startedAt: timestampSchema.nullable(),
  endedAt: timestampSchema.nullable(),
});
export type Job = z.infer<typeof jobSchema>;
