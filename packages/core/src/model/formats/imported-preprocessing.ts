/** @file How pictures become the input of an imported model: what it says itself, what was asked for, and what is assumed. */
import { type Preprocessing, preprocessingSchema } from '@tintype/contracts/preprocessing';
import type { ImportedGraph } from './keras/import-keras.ts';

type Triple = [number, number, number];
type Range = Pick<Preprocessing, 'channelOrder' | 'mean' | 'std'>;

const evenly = (mean: number, std: number): Range => ({
  channelOrder: 'RGB',
  mean: [mean, mean, mean],
  std: [std, std, std],
});

const inUnits = (values: Triple): Triple => values.map((value) => value / 255) as Triple;

/** The numbers that pixels are given to a model as. `torch` and `caffe` are those of Keras' `preprocess_input`. */
export const pixelRanges = {
  '-1..1': evenly(0.5, 0.5),
  '0..1': evenly(0, 1),
  '0..255': evenly(0, 1 / 255),
  torch: { channelOrder: 'RGB', mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  caffe: { channelOrder: 'BGR', mean: inUnits([103.939, 116.779, 123.68]), std: inUnits([1, 1, 1]) },
} as const satisfies Record<string, Range>;

export type PixelRange = keyof typeof pixelRanges;
export const pixelRangeNames = Object.keys(pixelRanges) as PixelRange[];

export const pictureFits = ['squash', 'crop', 'letterbox'] as const;
export type PictureFit = (typeof pictureFits)[number];

/** Where nothing is said, -1 to 1 as Keras' mobile networks and Teachable Machine have it, and a notice. */
export function statePreprocessing(
  imported: Pick<ImportedGraph, 'size' | 'isScaled' | 'resizing' | 'isTeachableMachine'>,
  { pixels, fit }: { pixels?: PixelRange; fit?: PictureFit },
): { preprocessing: Preprocessing; notices: string[] } {
  const { size, isScaled, resizing, isTeachableMachine } = imported;
  const range = pixels ?? (isScaled ? '0..255' : '-1..1');
  const resize = fit ?? resizing?.fit ?? (isTeachableMachine ? 'crop' : 'squash');
  const isAssumed = pixels === undefined && !isScaled && !isTeachableMachine;
  return {
    preprocessing: preprocessingSchema.parse({
      ...size,
      resize,
      interpolation: resizing?.interpolation ?? 'linear',
      ...pixelRanges[range],
    }),
    notices: isAssumed
      ? [
          'It does not say how pixels were scaled: -1 to 1 is assumed. If it was trained otherwise, say so with --pixels.',
        ]
      : [],
  };
}
