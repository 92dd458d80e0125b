/** @file Every transform as a record: what it draws for a picture, and how that changes the picture's plan. */
import type { AugmentationPolicy, TransformName, TransformParameters } from '@tintype/contracts/augmentation';
import { transformNames } from '@tintype/contracts/augmentation';
import { aboutCenter, type Box, compose, ontoBox } from './affine.ts';
import { emptyPlan, type Frame, type Plan } from './plan.ts';
import { type RandAugmentOperation, randAugmentNames, randAugmentOperations } from './rand-augment.ts';
import { below, between, type Random } from './random.ts';

/** What a transform draws for one picture. */
export interface TransformValues {
  /** A part of the source, in pixels. */
  randomResizedCrop: Box;
  flip: { horizontal: boolean; vertical: boolean };
  /** Radians. */
  rotation: number;
  /** Slopes. */
  shear: { x: number; y: number };
  /** Pixels of the result. */
  translation: { x: number; y: number };
  colorJitter: { brightness: number; contrast: number; saturation: number; turn: number };
  grayscale: boolean;
  /** 0 for none. */
  blur: number;
  randAugment: readonly { operation: RandAugmentOperation; strength: number; sign: number }[];
  erasing: { box: Box; noiseSeed?: number } | null;
}

interface Transform<N extends TransformName> {
  /** Where its definition comes from. */
  source: string;
  /** Draws the same number of values whatever the parameters are, so that one change leaves the other transforms as they were. */
  sample(parameters: TransformParameters[N], random: Random, frame: Frame): TransformValues[N];
  apply(plan: Plan, values: TransformValues[N], frame: Frame): Plan;
}

export const transforms: { readonly [N in TransformName]: Transform<N> } = {
  /** A part of the source, stretched over the result. */
  randomResizedCrop: {
    source: 'torchvision.transforms.RandomResizedCrop',
    sample: ({ scale, ratio }, random, { source }) => placeBox(source, { area: scale, ratio, random }),
    apply: (plan, box, { result }) => ({ ...plan, geometry: ontoBox(result, box) }),
  },
  flip: {
    source: 'torchvision.transforms.RandomHorizontalFlip, RandomVerticalFlip',
    sample: ({ horizontal, vertical }, random) => ({
      horizontal: random() < horizontal,
      vertical: random() < vertical,
    }),
    apply: (plan, { horizontal, vertical }, { result }) => {
      const x = horizontal ? ([-1, result.widthPx] as const) : ([1, 0] as const);
      const y = vertical ? ([-1, result.heightPx] as const) : ([1, 0] as const);
      return { ...plan, geometry: compose(plan.geometry, [x[0], 0, x[1], 0, y[0], y[1]]) };
    },
  },
  rotation: {
    source: 'torchvision.transforms.RandomRotation',
    sample: ({ degrees }, random) => (between(random, -degrees, degrees) * Math.PI) / 180,
    apply: (plan, angle, { result }) => {
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      return { ...plan, geometry: compose(plan.geometry, aboutCenter(result, [cos, sin, -sin, cos])) };
    },
  },
  shear: {
    source: 'torchvision.transforms.RandomAffine(shear)',
    sample: ({ degrees }, random) => {
      const slope = (): number => Math.tan((between(random, -degrees, degrees) * Math.PI) / 180);
      return { x: slope(), y: slope() };
    },
    apply: (plan, { x, y }, { result }) => ({
      ...plan,
      geometry: compose(plan.geometry, aboutCenter(result, [1, x, y, 1])),
    }),
  },
  translation: {
    source: 'torchvision.transforms.RandomAffine(translate)',
    sample: ({ share }, random, { result }) => ({
      x: between(random, -share, share) * result.widthPx,
      y: between(random, -share, share) * result.heightPx,
    }),
    apply: (plan, { x, y }) => ({ ...plan, geometry: compose(plan.geometry, [1, 0, x, 0, 1, y]) }),
  },
  /** In this order always, so that all four are one matrix; torchvision shuffles them. */
  colorJitter: {
    source: 'torchvision.transforms.ColorJitter',
    sample: ({ brightness, contrast, saturation, hue }, random) => ({
      brightness: between(random, 1 - brightness, 1 + brightness),
      contrast: between(random, 1 - contrast, 1 + contrast),
      saturation: between(random, 1 - saturation, 1 + saturation),
      turn: between(random, -hue, hue),
    }),
    apply: (plan, { brightness, contrast, saturation, turn }) => ({
      ...plan,
      colors: [
        ...plan.colors,
        { kind: 'brightness', factor: brightness },
        { kind: 'contrast', factor: contrast },
        { kind: 'saturation', factor: saturation },
        { kind: 'hue', turn },
      ],
    }),
  },
  grayscale: {
    source: 'torchvision.transforms.RandomGrayscale',
    sample: ({ probability }, random) => random() < probability,
    apply: (plan, isGrey) => (isGrey ? { ...plan, colors: [...plan.colors, { kind: 'saturation', factor: 0 }] } : plan),
  },
  blur: {
    source: 'torchvision.transforms.GaussianBlur',
    sample: ({ probability, sigmaPx }, random) => {
      const isBlurred = random() < probability;
      const sigma = between(random, ...sigmaPx);
      return isBlurred ? sigma : 0;
    },
    apply: (plan, sigmaPx) => (sigmaPx > 0 ? { ...plan, colors: [...plan.colors, { kind: 'blur', sigmaPx }] } : plan),
  },
  randAugment: {
    source: 'torchvision.transforms.RandAugment',
    sample: ({ count, magnitude }, random) =>
      Array.from({ length: count }, () => ({
        operation: randAugmentNames[below(random, randAugmentNames.length)] as RandAugmentOperation,
        strength: magnitude / 30,
        sign: random() < 0.5 ? -1 : 1,
      })),
    apply: (plan, drawn, frame) =>
      drawn.reduce((plan, { operation, ...rest }) => randAugmentOperations[operation](plan, rest, frame), plan),
  },
  erasing: {
    source: 'torchvision.transforms.RandomErasing; noise as timm\'s "pixel" mode',
    sample: ({ probability, scale, ratio, fill }, random, { result }) => {
      const isErased = random() < probability;
      const noiseSeed = below(random, 2 ** 32);
      // Height by width of pixels here, width by height relative to the picture there.
      const shape = result.heightPx / result.widthPx;
      const box = roundBox(placeBox(result, { area: scale, ratio: [shape / ratio[1], shape / ratio[0]], random }));
      return isErased ? { box, ...(fill === 'noise' ? { noiseSeed } : {}) } : null;
    },
    apply: (plan, erasure) => (erasure ? { ...plan, erased: erasure } : plan),
  },
};

interface Placement {
  /** Share of the area. */
  area: readonly [number, number];
  /** Width by height, relative to the shape of the whole. */
  ratio: readonly [number, number];
  random: Random;
}

const attempts = 10;

/** Area drawn evenly, ratio evenly on a log scale, then a place; where ten draws do not fit, the largest that does, in the middle. */
function placeBox(whole: { widthPx: number; heightPx: number }, { area, ratio, random }: Placement): Box {
  const { widthPx, heightPx } = whole;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const share = between(random, ...area);
    const shape = Math.exp(between(random, Math.log(ratio[0]), Math.log(ratio[1])));
    const [w, h] = [Math.sqrt(share * shape), Math.sqrt(share / shape)];
    if (w > 1 || h > 1) continue;
    const size = { widthPx: w * widthPx, heightPx: h * heightPx };
    return { left: between(random, 0, (1 - w) * widthPx), top: between(random, 0, (1 - h) * heightPx), ...size };
  }
  const shape = Math.min(ratio[1], Math.max(ratio[0], 1));
  const [w, h] = [Math.min(1, shape), Math.min(1, 1 / shape)];
  return {
    left: ((1 - w) * widthPx) / 2,
    top: ((1 - h) * heightPx) / 2,
    widthPx: w * widthPx,
    heightPx: h * heightPx,
  };
}

/** Whole pixels, at least one. */
function roundBox({ left, top, widthPx, heightPx }: Box): Box {
  const [x, y] = [Math.floor(left), Math.floor(top)];
  return { left: x, top: y, widthPx: Math.max(1, Math.round(widthPx)), heightPx: Math.max(1, Math.round(heightPx)) };
}

/** Everything that `policy` does to the picture whose numbers `random` gives. */
export function planPicture(policy: AugmentationPolicy, random: Random, frame: Frame): Plan {
  let plan = emptyPlan(frame);
  for (const name of transformNames) plan = planOne({ name, policy, random, frame }, plan);
  return plan;
}

interface Planning<N extends TransformName> {
  name: N;
  policy: AugmentationPolicy;
  random: Random;
  frame: Frame;
}

function planOne<N extends TransformName>({ name, policy, random, frame }: Planning<N>, plan: Plan): Plan {
  const parameters: AugmentationPolicy[N] = policy[name];
  if (parameters === false) return plan;
  const transform: Transform<N> = transforms[name];
  return transform.apply(plan, transform.sample(parameters as TransformParameters[N], random, frame), frame);
}
