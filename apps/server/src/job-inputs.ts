/** @file What each kind of job takes, checked when it is asked for and again when a worker begins it. */
import { resolve } from 'node:path';
import { backupJobSchema } from '@tintype/contracts/backup';
import { batchJobSchema, shardJobSchema } from '@tintype/contracts/batch';
import { TintypeError } from '@tintype/contracts/errors';
import { exploreOptionsSchema } from '@tintype/contracts/explore';
import { nameSchema } from '@tintype/contracts/ids';
import { ingestOptionsSchema } from '@tintype/contracts/ingest';
import type { WorkedJobKind } from '@tintype/contracts/job';
import { architectureNames, type TrainOptions, trainJobSchema } from '@tintype/contracts/train';
import { type TuneOptions, tuneOptionsSchema } from '@tintype/contracts/tune';
import { z } from 'zod';

/** `NAME`, `NAME@VERSION` or `NAME@ALIAS`; by default the champion promoted last. */
const modelReferenceSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?:@[A-Za-z0-9][A-Za-z0-9._-]{0,63})?$/, 'must be NAME or NAME@VERSION');

export const jobInputs = {
  /** Over HTTP nothing may delete an original: `move` is for the command line. */
  ingest: ingestOptionsSchema.omit({ move: true }).strict(),
  train: trainJobSchema.strict(),
  tune: tuneOptionsSchema.strict(),
  evaluate: z.strictObject({ model: modelReferenceSchema.optional() }),
  /** `dataset`: the only one of the workspace where absent. */
  score: z.strictObject({ model: modelReferenceSchema.optional(), dataset: nameSchema.optional() }),
  explore: exploreOptionsSchema.strict(),
  predict: batchJobSchema,
  shard: shardJobSchema,
  backup: backupJobSchema,
} satisfies Record<WorkedJobKind, z.ZodType>;

export type JobInput<K extends WorkedJobKind> = z.infer<(typeof jobInputs)[K]>;

/** Throws VALIDATION_FAILED with pointers into the job's body. */
export function parseJobInput<K extends WorkedJobKind>(kind: K, input: Record<string, unknown>): JobInput<K> {
  const parsed = jobInputs[kind].safeParse(input);
  if (parsed.success) return parsed.data as JobInput<K>;
  throw new TintypeError('VALIDATION_FAILED', {
    errors: parsed.error.issues.map((issue) => ({
      pointer: ['/input', ...issue.path.map(String)].join('/'),
      message: issue.message,
    })),
  });
}

/** A backbone, weights or a model of a study that is a file of this machine, and not built in or on the hub. */
const isFile = (word: string): boolean =>
  !/^(?:histograms$|pixels(?::|$)|hub:)/.test(word) && !(architectureNames as readonly string[]).includes(word);

/** Whether a job would read files of this machine that its input names. */
export function namesFiles<K extends WorkedJobKind>(kind: K, input: JobInput<K>): boolean {
  if (kind === 'ingest') return true;
  if (kind === 'train') return filesOf(input as JobInput<'train'>).length > 0;
  return kind === 'tune' && (input as TuneOptions).models.some(isFile);
}

const filesOf = ({ backbone, weights }: TrainOptions): string[] =>
  [backbone, ...(weights ? [weights] : [])].filter(isFile);

const toWhole =
  (folder: string) =>
  (word: string): string =>
    isFile(word) ? resolve(folder, word) : word;

/** Files are named from the workspace's folder, wherever the server was started. */
export function trainWithWholePaths<Input extends TrainOptions>(input: Input, folder: string): Input {
  const whole = toWhole(folder);
  const { backbone, weights } = input;
  return { ...input, backbone: whole(backbone), ...(weights === undefined ? {} : { weights: whole(weights) }) };
}

export const tuneWithWholePaths = <Input extends TuneOptions>(input: Input, folder: string): Input => ({
  ...input,
  models: input.models.map(toWhole(folder)),
});
