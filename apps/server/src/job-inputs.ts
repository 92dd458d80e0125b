/** @file What each kind of job takes, checked when it is asked for and again when a worker begins it. */
import { TintypeError } from '@tintype/contracts/errors';
import { ingestOptionsSchema } from '@tintype/contracts/ingest';
import type { Job } from '@tintype/contracts/job';
import { trainOptionsSchema } from '@tintype/contracts/train';
import { z } from 'zod';

export const jobInputs = {
  /** Over HTTP nothing may delete an original: `move` is for the command line. */
  ingest: ingestOptionsSchema.omit({ move: true }).strict(),
  train: trainOptionsSchema.strict(),
  evaluate: z.strictObject({
    /** `NAME`, `NAME@VERSION` or `NAME@ALIAS`; by default the champion promoted last. */
    model: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?:@[A-Za-z0-9][A-Za-z0-9._-]{0,63})?$/, 'must be NAME or NAME@VERSION')
      .optional(),
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

/** Whether a job would read files of this machine that its input names. */
export function namesFiles<K extends Job['kind']>(kind: K, input: JobInput<K>): boolean {
  if (kind === 'ingest') return true;
  if (kind === 'evaluate') return false;
  const { backbone, weights = 'hub:' } = input as JobInput<'train'>;
  return !/^(?:histograms$|pixels(?::|$)|hub:)/.test(backbone) || !weights.startsWith('hub:');
}
