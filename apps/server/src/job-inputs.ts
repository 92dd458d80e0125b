/** @file What each kind of job takes, checked when it is asked for and again when a worker begins it. */
import { TintypeError } from '@tintype/contracts/errors';
import { nameSchema } from '@tintype/contracts/ids';
import { ingestOptionsSchema } from '@tintype/contracts/ingest';
import type { Job } from '@tintype/contracts/job';
import { trainOptionsSchema } from '@tintype/contracts/train';
import { z } from 'zod';

export const jobInputs = {
  /** Over HTTP nothing may delete an original: `move` is for the command line. */
  ingest: ingestOptionsSchema.omit({ move: true }).strict(),
  train: trainOptionsSchema.strict(),
  evaluate: z.strictObject({
    /** By default the one promoted last. */
    model: nameSchema.optional(),
    /** A number as text, or an alias. */
    version: nameSchema.default('champion'),
  }),
} satisfies Record<Job['kind'], z.ZodType>;

export type JobInput<K extends Job['kind']> = z.infer<(typeof jobInputs)[K]>;

/** Throws VALIDATION_FAILED with pointers into the job's body. */
export function parseJobInput<K extends Job['kind']>(kind: K, input: Record<string, unknown>): JobInput<K> {
  const parsed = jobInputs[kind].safeParse(input);
  if (parsed.success) return parsed.data as JobInput<K>;
  throw new TintypeError('VALIDATION_FAILED', {
    errors: parsed.error.issues.map((issue) => ({
      pointer: ['/input', ...issue.path.map(String)].join('/'),
      message: issue.message,
    })),
  });
}
