/** @file What a Keras model does to its picture before anything else: its own preprocessing. */

import type { InputSize } from '../../preprocessing-files.ts';
import { kerasLayers, trainingOnly } from './keras-layers.ts';
import type { KerasLayer, KerasModel } from './keras-model.types.ts';
import { numberOf, refuse, textOf } from './layer-settings.ts';

export interface ModelFront {
  /** Whether it scales pixels of 0 to 255 itself. */
  isScaled: boolean;
  /** The first layer that makes every picture of one size; done by our own preprocessing instead. */
  resizing?: { layer: KerasLayer; size: InputSize; interpolation: Interpolation; fit: 'squash' | 'crop' };
}

type Interpolation = 'nearest' | 'linear' | 'cubic' | 'lanczos3';

const interpolations: Readonly<Record<string, Interpolation>> = {
  nearest: 'nearest',
  bilinear: 'linear',
  bicubic: 'cubic',
  lanczos3: 'lanczos3',
};

const scalingClasses = ['Rescaling', 'Normalization', 'TrueDivide', 'Divide', 'math.truediv', 'math.divide'];

/** Throws ModelRefusal for a resizing that our preprocessing cannot do. */
export function findFront(model: KerasModel): ModelFront {
  const front: ModelFront = { isScaled: false };
  for (const layer of listFirstLayers(model)) {
    if (layer.className === 'Resizing') front.resizing ??= readResizing(layer);
    else if (scalingClasses.includes(layer.className)) return { ...front, isScaled: true };
    else if (kerasLayers[layer.className] !== trainingOnly) return front;
  }
  return front;
}

/** The layers that the picture passes one after another, through nested models, until it is used twice. */
function* listFirstLayers(model: KerasModel): Generator<KerasLayer> {
  let current = model.input;
  for (let left = model.layers.length; left > 0; left -= 1) {
    const users = model.layers.filter(({ calls }) =>
      calls.some((call) => call.arguments.some((argument) => 'from' in argument && argument.from.layer === current)),
    );
    const [user] = users;
    if (!user || users.length > 1) return;
    if (user.model) yield* listFirstLayers(user.model);
    else yield user;
    current = user.name;
  }
}

function readResizing(layer: KerasLayer): NonNullable<ModelFront['resizing']> {
  const stated = textOf(layer, 'interpolation', 'bilinear');
  const interpolation = Object.hasOwn(interpolations, stated) ? interpolations[stated] : undefined;
  if (!interpolation) return refuse(layer, `interpolates "${stated}", which is not known`);
  if (layer.config.pad_to_aspect_ratio === true)
    return refuse(layer, 'pads to the aspect ratio, which is not supported');
  return {
    layer,
    interpolation,
    size: { heightPx: numberOf(layer, 'height', 0), widthPx: numberOf(layer, 'width', 0) },
    fit: layer.config.crop_to_aspect_ratio === true ? 'crop' : 'squash',
  };
}
