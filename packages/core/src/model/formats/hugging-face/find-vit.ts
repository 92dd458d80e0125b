/** @file The vision transformer inside a bundle's graph: its weights by name, and what they say of its shape. */
import { graphOf } from '@tintype/autograd/onnx/edit-onnx';
import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import type { VitShape } from '../../architectures/vit.ts';
import type { FloatTensor } from '../read-safetensors.ts';
import type { VitFamily } from './vit-config.ts';

/** What a bundle's graph calls the parameters of a network, and those of the classifier behind it. */
const parameterPrefix = 'backbone/parameters/';
const headNames: Readonly<Record<string, string>> = { 'head/weights': 'head.weight', 'head/bias': 'head.bias' };
/** Channels of a head in every vision transformer here. */
const headWidth = 64;
const float32 = 1;

export interface FoundVit {
  family: VitFamily;
  shape: VitShape;
  /** `parameters/NAME` */
  state: Map<string, FloatTensor>;
}

/** Undefined where the graph holds another network. `sizePx`: of the pictures it takes. */
export function findVitInGraph(model: OnnxModel, sizePx: number): FoundVit | undefined {
  const state = new Map<string, FloatTensor>();
  for (const { name, dims, dataType, rawData } of graphOf(model).initializer) {
    const own = name.startsWith(parameterPrefix) ? name.slice(parameterPrefix.length) : headNames[name];
    if (own === undefined || dataType !== float32) continue;
    state.set(`parameters/${own}`, {
      shape: dims.map(Number),
      data: new Float32Array(Uint8Array.from(rawData).buffer),
    });
  }
  const shapeOf = (name: string): readonly number[] | undefined => state.get(`parameters/${name}`)?.shape;
  const width = shapeOf('cls_token')?.[2];
  const patchPx = shapeOf('patch_embed.proj.weight')?.[2];
  const hidden = shapeOf('blocks.0.mlp.fc1.weight')?.[0];
  if (width === undefined || patchPx === undefined || hidden === undefined || !shapeOf('head.weight')) return undefined;
  if (width % headWidth !== 0) return undefined;
  let depth = 0;
  while (shapeOf(`blocks.${depth}.norm1.weight`)) depth += 1;
  const isScaled = shapeOf('blocks.0.ls1.gamma') !== undefined;
  return {
    family: isScaled ? 'dinov2' : 'vit',
    shape: {
      sizePx,
      patchPx,
      width,
      depth,
      heads: width / headWidth,
      mlpRatio: hidden / width,
      epsilon: 1e-6,
      ...(isScaled ? { layerScale: 1 } : {}),
    },
    state,
  };
}
