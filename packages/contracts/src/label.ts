/** @file Labels are an append-only history; the current label of a sample is its last event, opinions left aside. */
import { z } from 'zod';
import { classNameSchema, sampleIdSchema, timestampSchema } from './ids.ts';

/** `opinion`: the answer of somebody who was asked blind; it is compared, and never becomes the label by itself. */
export const labelSources = ['folder', 'filename', 'human', 'model', 'import', 'opinion'] as const;
export type LabelSource = (typeof labelSources)[number];

/** `className: null` takes the label away. The id is made by whoever labels, so that sending twice labels once. */
export const labelEventSchema = z.object({
  id: z.string().min(8).max(64),
  sampleId: sampleIdSchema,
  className: classNameSchema.nullable(),
  annotator: z.string().min(1).max(100),
  source: z.enum(labelSources),
  at: timestampSchema,
});
export type LabelEvent = z.infer<typeof labelEventSchema>;

/** A class that pictures can be given. `position` orders classes on screens; class indices belong to models, not to classes. */
export const labelClassSchema = z.object({ name: classNameSchema, position: z.int().min(0) });
export type LabelClass = z.infer<typeof labelClassSchema>;
