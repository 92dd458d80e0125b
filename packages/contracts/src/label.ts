/** @file Labels are an append-only history; the current label of a sample is its last event, opinions left aside. */
import { z } from 'zod';
import { classNameSchema, sampleIdSchema, timestampSchema } from './ids.ts';

/**
 * `rename`: the class of the label was renamed or merged; nobody looked at the picture.
 * `opinion`: the answer of somebody who was asked blind; it is compared, and never becomes the label by itself.
 */
export const labelSources = ['folder', 'filename', 'human', 'model', 'import', 'rename', 'opinion'] as const;
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

/** The key that gives a class on the page: a digit or a small letter. */
export const classKeySchema = z.string().regex(/^[0-9a-z]$/, 'must be a digit or a small letter');

/** A class that pictures can be given. `position` orders classes on screens; class indices belong to models, not to classes. */
export const labelClassSchema = z.object({
  name: classNameSchema,
  position: z.int().min(0),
  /** Null where nobody chose one: the page gives it the first that is free. */
  key: classKeySchema.nullable(),
});
export type LabelClass = z.infer<typeof labelClassSchema>;

/** GET /api/classes: in their order. */
export const classesViewSchema = z.object({ items: z.array(labelClassSchema) });
export type ClassesView = z.infer<typeof classesViewSchema>;

/** What can be done to classes. Labels follow: no picture loses its label, and models keep the names they were trained with. */
export const classChangeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('add'), name: classNameSchema }),
  z.strictObject({ kind: z.literal('rename'), name: classNameSchema, to: classNameSchema }),
  /** Every picture of `name` becomes one of `into`, and `name` is gone. */
  z.strictObject({ kind: z.literal('merge'), name: classNameSchema, into: classNameSchema }),
  /** All classes in their new order; those not named follow behind as they were. */
  z.strictObject({ kind: z.literal('reorder'), names: z.array(classNameSchema).min(1).max(10_000) }),
  /** A key that another class has is taken from it. */
  z.strictObject({ kind: z.literal('setKey'), name: classNameSchema, key: classKeySchema.nullable() }),
  /** Only a class that no picture has. */
  z.strictObject({ kind: z.literal('remove'), name: classNameSchema }),
  /** Takes an earlier change back; labels that were given since stay. */
  z.strictObject({ kind: z.literal('undo'), change: z.string().max(64) }),
]);
export type ClassChange = z.infer<typeof classChangeSchema>;

/** A change that was made: append-only. */
export const classEventSchema = z.object({
  id: z.string(),
  change: classChangeSchema,
  /** Pictures whose label changed with it. */
  labels: z.int().min(0),
  annotator: z.string(),
  at: timestampSchema,
});
export type ClassEvent = z.infer<typeof classEventSchema>;

/** GET /api/classes/changes: newest first. */
export const classEventsViewSchema = z.object({ items: z.array(classEventSchema) });
