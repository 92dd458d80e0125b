/** @file Identities and the few value shapes every stage shares. */
import { z } from 'zod';

/** `s_` + 20 hexadecimal digits, derived from dataset and content hash: ingesting the same picture again finds the same sample. */
export const sampleIdSchema = z
  .string()
  .regex(/^s_[0-9a-f]{20}$/, 'must be a sample id (s_ and 20 hexadecimal digits)');

/** A name people choose for a dataset, model or alias. */
export const nameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores');

/** A class as people write it; shown everywhere, never used as a path. */
export const classNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((name) => !/[\p{Cc}\p{Cf}]/u.test(name), 'must not hold control characters');

export const splits = ['train', 'validation', 'test'] as const;
export const splitSchema = z.enum(splits);
export type Split = z.infer<typeof splitSchema>;

/** Lower and upper bound, both from 0 to 1, at 95 % confidence unless said otherwise. */
export const intervalSchema = z.tuple([z.number(), z.number()]);
export type Interval = z.infer<typeof intervalSchema>;

/** Milliseconds since 1970 in the API and the catalog. */
export const timestampSchema = z.int().min(0);

/** One page of a list. `nextCursor` is absent on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), total: z.int().min(0), nextCursor: z.string().optional() });

export interface Page<T> {
  items: T[];
  /** Rows that match the query, over all pages. */
  total: number;
  nextCursor?: string;
}
