/** @file Registered models: immutable versions, movable aliases, an append-only log of what was live when. */
import { z } from 'zod';
import { intervalSchema, nameSchema, timestampSchema } from './ids.ts';
import { backboneSchema, modelHeadKinds } from './model.ts';

/** The alias that serving follows. */
export const championAlias = 'champion';

export const modelVersionSchema = z.object({
  model: nameSchema,
  version: z.int().min(1),
  /** SHA-256 of the bundle: of `bundle.json`, which holds the hashes of the other files. */
  bundleHash: z.string(),
  /** Null where the version was not trained here but imported. */
  run: z.string().nullable(),
  /** Whose test split the figures are of; null where it was imported and not measured. */
  snapshot: z.string().nullable(),
  classes: z.array(z.string()),
  backbone: backboneSchema.pick({ kind: true, name: true, dimensions: true }),
  head: z.enum(modelHeadKinds),
  sizeBytes: z.int(),
  /** The figures are null, all of them, where the version was imported and not measured. */
  accuracy: z.number().nullable(),
  accuracyInterval: intervalSchema.nullable(),
  balancedAccuracy: z.number().nullable(),
  macroF1: z.number().nullable(),
  createdAt: timestampSchema,
  /** Aliases that point here now. */
  aliases: z.array(z.string()),
});
export type ModelVersion = z.infer<typeof modelVersionSchema>;

export const registeredModelSchema = z.object({
  name: nameSchema,
  createdAt: timestampSchema,
  versions: z.array(modelVersionSchema),
});
export type RegisteredModel = z.infer<typeof registeredModelSchema>;

/** One move of an alias. `version: null` would mean it was taken away. */
export const aliasLogEntrySchema = z.object({
  model: nameSchema,
  alias: nameSchema,
  version: z.int().nullable(),
  previous: z.int().nullable(),
  by: z.string(),
  at: timestampSchema,
});
export type AliasLogEntry = z.infer<typeof aliasLogEntrySchema>;

/** `NAME`, `NAME@VERSION` or `NAME@ALIAS`; without `@` the champion. */
export interface ModelReference {
  model: string;
  /** A number as text, or an alias. */
  version: string;
}

/** `scenes@3` -> model `scenes`, version `3`; `scenes` -> version `champion`. */
export function parseModelReference(text: string): ModelReference {
  const at = text.lastIndexOf('@');
  return at < 0 ? { model: text, version: championAlias } : { model: text.slice(0, at), version: text.slice(at + 1) };
}
