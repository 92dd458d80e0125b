/** @file A Keras file as a graph and what must be known of it. For child processes: the file may be hostile. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import type { InputSize } from '../../preprocessing-files.ts';
import { refuseIn } from '../model-file-error.ts';
import { convertKeras } from './convert-keras.ts';
import type { ModelFront } from './model-front.ts';
import { openKerasSource } from './open-keras-source.ts';

export interface ImportedGraph {
  /** `pixels` [N, 3, H, W] to `logits` and `probabilities` [N, K]. */
  graph: Uint8Array;
  hash: string;
  size: InputSize;
  classCount: number;
  features: { output: string; dimensions: number };
  /** Whether it scales pixels of 0 to 255 itself. */
  isScaled: boolean;
  /** How it wants pictures resized, where it says so. */
  resizing?: Pick<NonNullable<ModelFront['resizing']>, 'interpolation' | 'fit'>;
  isGrey: boolean;
  isTeachableMachine: boolean;
  madeBy: string;
  /** A list of class names that came with the model. */
  labels?: { file: string; text: string };
  notices: readonly string[];
}

/** Throws MODEL_FILE_INVALID. */
export function importKeras({ path, sizePx }: { path: string; sizePx?: number }): Promise<ImportedGraph> {
  return refuseIn(basename(path), async () => {
    using source = await openKerasSource(path);
    const { model, weights, version, labels, madeBy, isTeachableMachine } = source;
    const converted = convertKeras(model, { weights, version, ...(sizePx === undefined ? {} : { sizePx }) });
    const { size, classCount, features, front, isGrey, notices } = converted;
    const graph = renderOnnx(converted.graph);
    return {
      graph,
      hash: createHash('sha256').update(graph).digest('hex'),
      size,
      classCount,
      features,
      isScaled: front.isScaled,
      ...(front.resizing ? { resizing: { interpolation: front.resizing.interpolation, fit: front.resizing.fit } } : {}),
      isGrey,
      isTeachableMachine,
      madeBy,
      ...(labels ? { labels } : {}),
      notices,
    };
  });
}
