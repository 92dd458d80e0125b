/** @file What the OpenAPI document says about requests and replies that the contracts' schemas cannot say alone. */
import { tokenIdSchema } from '@tintype/contracts/access';
import { problemSchema } from '@tintype/contracts/api';
import { dataIssueKinds, viewIdSchema } from '@tintype/contracts/catalog';
import { nameSchema, sampleIdSchema } from '@tintype/contracts/ids';
import { runIdSchema } from '@tintype/contracts/train';
import { z } from 'zod';
import { problemMediaType } from './problem.ts';

/** Every route can also end so. */
export const problemResponse = {
  default: { description: 'A problem (RFC 9457)', content: { [problemMediaType]: { schema: problemSchema } } },
};

/** A reply of bytes; `mediaTypes` are the ones it may have. What is JSON is whatever it holds. */
export const bytesResponse = (description: string, ...mediaTypes: string[]) => ({
  description,
  content: Object.fromEntries(
    mediaTypes.map((type) => [
      type,
      { schema: type === 'application/json' ? z.unknown() : z.string().meta({ format: 'binary' }) },
    ]),
  ),
});

export const notModifiedResponse = z.null().describe('Unchanged since the ETag that was sent');

/** The form of POST /predict; read as a stream, never validated as a whole. */
export const predictBodySchema = z.object({
  file: z.string().meta({ format: 'binary', contentMediaType: 'application/octet-stream', description: 'One picture' }),
});

/** The form of POST /predict-batch. */
export const predictBatchBodySchema = z.object({
  files: z
    .array(z.string().meta({ format: 'binary', contentMediaType: 'application/octet-stream' }))
    .meta({ description: 'Pictures, at most 64' }),
});

export const sampleParamsSchema = z.object({ id: sampleIdSchema });
export const pictureQuerySchema = z.object({
  /** `screen`: formats that browsers do not show come as a JPEG. */
  for: z.enum(['screen']).optional(),
});
export const viewParamsSchema = z.object({ id: viewIdSchema });
export const modelParamsSchema = z.object({ model: nameSchema });
export const aliasParamsSchema = modelParamsSchema.extend({ alias: nameSchema });
export const versionParamsSchema = modelParamsSchema.extend({
  /** A number, or an alias. */
  version: nameSchema,
});
export const runParamsSchema = z.object({ id: runIdSchema });
export const studyParamsSchema = z.object({ name: nameSchema });
export const jobParamsSchema = z.object({ id: z.string().max(64) });

export const tokenParamsSchema = z.object({ id: tokenIdSchema });
export const userParamsSchema = z.object({ name: nameSchema });

export const issueQuerySchema = z.object({
  dataset: nameSchema.optional(),
  kind: z.enum(dataIssueKinds).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});
