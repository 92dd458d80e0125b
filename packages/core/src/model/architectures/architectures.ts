/** @file The table of architectures: what each is, how big, and where its training begins. */
import type { ArchitectureName } from '@tintype/contracts/train';
import type { Architecture, BuildOptions, TrainingDefaults } from './architecture.types.ts';
import { buildSmallCnn } from './cnn-small.ts';
import { buildMobileNetV2, type MobileNetShape } from './mobilenet-v2.ts';
import { buildResnet } from './resnet.ts';
import { buildVit, type VitShape } from './vit.ts';

/** The statistics of ImageNet's pixels, as torchvision has them. */
const imagenet = {
  resize: 'squash',
  interpolation: 'linear',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const satisfies Architecture['preprocessing'];

/** Google's vision transformers: -1 to 1. */
const symmetric = {
  resize: 'squash',
  interpolation: 'linear',
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
} as const satisfies Architecture['preprocessing'];

const mobileNetV2: MobileNetShape = {
  sizePx: 224,
  stem: 32,
  stages: [
    [1, 16, 1, 1],
    [6, 24, 2, 2],
    [6, 32, 3, 2],
    [6, 64, 4, 2],
    [6, 96, 3, 1],
    [6, 160, 3, 2],
    [6, 320, 1, 1],
  ],
  last: 1280,
};

const resnet18 = { sizePx: 224, widths: [64, 128, 256, 512], blocks: [2, 2, 2, 2] };
const smallCnn = { sizePx: 64, stem: 32, widths: [32, 64, 128, 192] };

const vitShape = (width: number, heads: number): VitShape => ({ sizePx: 224, patchPx: 16, width, depth: 12, heads });

/** DeiT's recipe (https://arxiv.org/abs/2012.12877), for small data and small batches. */
const vitFromScratch: TrainingDefaults = {
  optimizer: 'adamw',
  learningRate: 5e-4,
  weightDecay: 0.05,
  batch: 16,
  dropPath: 0.1,
  dropout: 0,
};
const vitFineTuning: TrainingDefaults = { ...vitFromScratch, learningRate: 5e-5, batch: 8, dropPath: 0 };

const cnnFromScratch: TrainingDefaults = {
  optimizer: 'adamw',
  learningRate: 2e-3,
  weightDecay: 0.05,
  batch: 32,
  dropPath: 0,
  dropout: 0.1,
};
const cnnFineTuning: TrainingDefaults = { ...cnnFromScratch, learningRate: 5e-4, batch: 16 };

function vit(width: number, heads: number, told: { describe: string; parameterCount: number }) {
  const shape = vitShape(width, heads);
  return {
    ...told,
    sizePx: 224,
    sizeStepPx: 16,
    preprocessing: symmetric,
    fromScratch: vitFromScratch,
    fineTuning: vitFineTuning,
    build: (options: BuildOptions) => buildVit(shape, options),
  };
}

/** Total: a name without its record does not compile. */
export const architectures: { readonly [Name in ArchitectureName]: Architecture } = Object.freeze({
  'cnn-small': {
    name: 'cnn-small',
    describe:
      'A small network for small pictures. Learns from scratch in minutes without a graphics card; the place to begin.',
    parameterCount: 1_079_048,
    sizePx: 64,
    sizeStepPx: 1,
    preprocessing: imagenet,
    fromScratch: cnnFromScratch,
    fineTuning: cnnFineTuning,
    build: (options) => buildSmallCnn(smallCnn, options),
  },
  'mobilenet-v2': {
    name: 'mobilenet-v2',
    describe: 'Made for phones: few parameters, quick answers. Best begun from trained weights.',
    parameterCount: 3_504_872,
    sizePx: 224,
    sizeStepPx: 1,
    preprocessing: imagenet,
    fromScratch: cnnFromScratch,
    fineTuning: cnnFineTuning,
    build: (options) => buildMobileNetV2(mobileNetV2, options),
  },
  'resnet-18': {
    name: 'resnet-18',
    describe: 'The plain, sturdy classic. Learns from some thousand pictures from scratch, given an hour.',
    parameterCount: 11_689_512,
    sizePx: 224,
    sizeStepPx: 1,
    preprocessing: imagenet,
    fromScratch: cnnFromScratch,
    fineTuning: cnnFineTuning,
    build: (options) => buildResnet(resnet18, options),
  },
  'vit-tiny': {
    name: 'vit-tiny',
    ...vit(192, 3, {
      describe:
        'The smallest transformer. From trained weights good with few pictures; from scratch it wants very many.',
      parameterCount: 5_717_416,
    }),
  },
  'vit-small': {
    name: 'vit-small',
    ...vit(384, 6, {
      describe: 'A transformer between tiny and base: four times the work of the tiny one, and better for it.',
      parameterCount: 22_050_664,
    }),
  },
  'vit-base-patch16-224': {
    name: 'vit-base-patch16-224',
    ...vit(768, 12, {
      describe:
        'The standard transformer, whose trained weights are found everywhere. Exact, large, and slow without a graphics card.',
      parameterCount: 86_567_656,
    }),
  },
} satisfies { readonly [Name in ArchitectureName]: Architecture });
