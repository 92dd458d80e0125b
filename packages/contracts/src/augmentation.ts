/** @file What may happen to a training picture before it is shown: parameters of every transform, and policies that choose among them. */
import { z } from 'zod';
import { TintypeError } from './errors.ts';
import { rejectionSchema } from './ingest.ts';

const share = z.number().min(0).max(1);
const ordered = (value: z.ZodNumber) =>
  z.tuple([value, value]).refine(([low, high]) => low <= high, 'must be two numbers, the smaller one first');

/**
 * One schema per transform, in the order in which they are applied. A default is what the transform does where a policy without it
 * is told to turn it on.
 */
export const transformSchemas = {
  randomResizedCrop: z.strictObject({
    /** Share of the picture's area. */
    scale: ordered(z.number().gt(0).max(1)).default([0.35, 1]),
    /** Width by height, relative to the picture's own shape. */
    ratio: ordered(z.number().gt(0).max(10)).default([3 / 4, 4 / 3]),
  }),
  /** Probabilities. */
  flip: z.strictObject({ horizontal: share.default(0.5), vertical: share.default(0) }),
  /** Up to this far in either direction. */
  rotation: z.strictObject({ degrees: z.number().min(0).max(180).default(15) }),
  shear: z.strictObject({ degrees: z.number().min(0).max(60).default(10) }),
  /** Share of the sides. */
  translation: z.strictObject({ share: share.default(0.1) }),
  /** Factors between `1 - value` and `1 + value`; hue turns by up to this share of the color circle. */
  colorJitter: z.strictObject({
    brightness: share.default(0.2),
    contrast: share.default(0.2),
    saturation: share.default(0.2),
    hue: z.number().min(0).max(0.5).default(0.02),
  }),
  grayscale: z.strictObject({ probability: share.default(0.1) }),
  blur: z.strictObject({
    probability: share.default(0.1),
    sigmaPx: ordered(z.number().gt(0).max(20)).default([0.1, 2]),
  }),
  /** `count` operations of a fixed list, each as strong as `magnitude` of 30 says. */
  randAugment: z.strictObject({
    count: z.int().min(0).max(10).default(2),
    magnitude: z.number().min(0).max(30).default(9),
  }),
  /** Covers a rectangle with the mean color or with noise. `scale` is its share of the area, `ratio` its height by width. */
  erasing: z.strictObject({
    probability: share.default(0.25),
    scale: ordered(z.number().gt(0).max(1)).default([0.02, 0.33]),
    ratio: ordered(z.number().gt(0).max(10)).default([0.3, 3.3]),
    fill: z.enum(['mean', 'noise']).default('noise'),
  }),
} as const;

export type TransformName = keyof typeof transformSchemas;
export const transformNames = Object.keys(transformSchemas) as readonly TransformName[];
export type TransformParameters = { [K in TransformName]: z.infer<(typeof transformSchemas)[K]> };

/** Every transform, with its parameters or off. */
export type AugmentationPolicy = { readonly [K in TransformName]: Readonly<TransformParameters[K]> | false };

export const policyNames = ['none', 'light', 'standard', 'strong'] as const;
export type PolicyName = (typeof policyNames)[number];

const off = Object.freeze(Object.fromEntries(transformNames.map((name) => [name, false]))) as AugmentationPolicy;

export const policies: Readonly<Record<PolicyName, AugmentationPolicy>> = {
  /** The picture as evaluation sees it. */
  none: off,
  /** For few epochs, or where the frame matters: a slight crop and a mirror. */
  light: {
    ...off,
    randomResizedCrop: { scale: [0.8, 1], ratio: [0.9, 1.1] },
    flip: { horizontal: 0.5, vertical: 0 },
  },
  /** What most fine-tuning wants. */
  standard: {
    ...off,
    randomResizedCrop: { scale: [0.35, 1], ratio: [3 / 4, 4 / 3] },
    flip: { horizontal: 0.5, vertical: 0 },
    colorJitter: { brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.02 },
  },
  /** For many epochs on few pictures. */
  strong: {
    ...off,
    randomResizedCrop: { scale: [0.25, 1], ratio: [3 / 4, 4 / 3] },
    flip: { horizontal: 0.5, vertical: 0 },
    randAugment: { count: 2, magnitude: 9 },
    erasing: { probability: 0.25, scale: [0.02, 0.33], ratio: [0.3, 3.3], fill: 'noise' },
  },
};

/** A policy by name, and what is different: `false` turns a transform off, values replace the policy's (or the default) ones. */
export const augmentationSchema = z.strictObject({
  policy: z.enum(policyNames).default('standard'),
  overrides: z
    .partialRecord(
      z.enum(transformNames as [TransformName, ...TransformName[]]),
      z.union([z.literal(false), z.record(z.string(), z.unknown())]),
    )
    .default({}),
});
export type Augmentation = z.infer<typeof augmentationSchema>;

/** Throws USAGE_INVALID where an override is none of the transform's parameters or out of its range. */
export function resolvePolicy({ policy, overrides }: Augmentation): AugmentationPolicy {
  const changes = Object.entries(overrides) as [TransformName, false | Record<string, unknown>][];
  const changed = changes.map(([name, change]) => [
    name,
    change === false ? false : parseParameters(name, { ...policies[policy][name], ...change }),
  ]);
  return { ...policies[policy], ...(Object.fromEntries(changed) as Partial<AugmentationPolicy>) };
}

function parseParameters(name: TransformName, given: Record<string, unknown>): unknown {
  const parsed = transformSchemas[name].safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const known = Object.keys(transformSchemas[name].shape).join(', ');
  const where = [name, ...(issue?.path ?? [])].join('.');
  throw new TintypeError('USAGE_INVALID', { problem: `${where}: ${issue?.message}; ${name} takes ${known}.` });
}

/**
 * A policy in one word or more: `standard`, `light,flip=off`, `standard,rotation,erasing.probability=0.5,blur.sigmaPx=1:3`.
 * Throws USAGE_INVALID.
 */
export function parseAugmentation(text: string): Augmentation {
  const [policy = '', ...changes] = text.split(',').map((part) => part.trim());
  if (!isPolicyName(policy)) throw unknownWord(policy, 'policy', policyNames);
  const overrides: Augmentation['overrides'] = {};
  for (const change of changes) {
    const [path = '', value] = change.split('=');
    const [name = '', parameter] = path.split('.');
    if (!isTransformName(name)) throw unknownWord(name, 'transform', transformNames);
    if (value === 'off') overrides[name] = false;
    else if (parameter === undefined || value === undefined) overrides[name] ||= {};
    else overrides[name] = { ...overrides[name], [parameter]: parseValue(value) };
  }
  const augmentation = { policy, overrides };
  resolvePolicy(augmentation);
  return augmentation;
}

const isPolicyName = (word: string): word is PolicyName => (policyNames as readonly string[]).includes(word);
const isTransformName = (word: string): word is TransformName => Object.hasOwn(transformSchemas, word);

/** A number, two numbers with a colon between them, or a word. */
function parseValue(text: string): unknown {
  const numbers = text.split(':').map(Number);
  if (text === '' || numbers.some(Number.isNaN)) return text;
  return numbers.length === 1 ? numbers[0] : numbers;
}

function unknownWord(word: string, kind: string, known: readonly string[]): TintypeError {
  return new TintypeError('USAGE_INVALID', {
    problem: `There is no ${kind} "${word}"; there are ${known.join(', ')}.`,
  });
}

/** Ends `tintype augment --json`. */
export const augmentReportSchema = z.object({
  /** Where the variations are. */
  folder: z.string(),
  /** Pictures read. */
  pictures: z.int(),
  /** Variations written. */
  written: z.int(),
  /** Variations that were there already, and were left as they are. */
  kept: z.int(),
  rejected: z.int(),
  /** The first 100 of them. */
  rejections: z.array(rejectionSchema),
});
export type AugmentReport = z.infer<typeof augmentReportSchema>;
