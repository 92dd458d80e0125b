/** @file An ONNX image model with a new classifier behind its features, as a network that a train step takes; and back into its file. */
import { linear } from '../../nn/layers.ts';
import type { Mode, Network } from '../../nn/network.ts';
import { createScope } from '../../nn/scope.ts';
import { assertStateTensor, type State } from '../../step/state.ts';
import type { OnnxModel } from '../read-onnx.ts';
import { type ImportedNetwork, type ImportOptions, importOnnx } from './import-onnx.ts';
import { type NamedTensor, replaceTensors } from './replace-tensors.ts';

export interface NetworkImport extends Omit<ImportOptions, 'batchNorm' | 'prefix'> {
  readonly classes: number;
  readonly mode: Mode;
}

/** The parameters of the model are named `backbone.TENSOR`, those of the classifier `head.weight` [K, D] and `head.bias` [K]. */
export interface ImportedClassifier extends Network {
  readonly backbone: ImportedNetwork;
}

/** The same names in every mode. Where the backbone has a frozen part, the input is what that gives. Throws OnnxError. */
export async function importNetwork(
  model: OnnxModel,
  { classes, mode, ...options }: NetworkImport,
): Promise<ImportedClassifier> {
  const batchNorm = mode.training && !mode.frozenBatchNorm ? 'live' : 'frozen';
  const backbone = await importOnnx(model, { ...options, batchNorm, prefix: 'backbone.' });
  const scope = createScope(mode);
  const logits = linear(scope.at('head').atDepth(backbone.depthCount), backbone.features, { out: classes });
  return Object.freeze({
    input: backbone.input,
    features: backbone.features,
    logits,
    parameters: [...backbone.parameters, ...scope.collect().parameters],
    buffers: backbone.buffers,
    masks: [],
    depthCount: backbone.depthCount + 1,
    backbone,
  });
}

/** The model with what its backbone learned, without the classifier. Throws RangeError where the state does not fit. */
export function renderTrained(model: OnnxModel, { parameters, buffers }: ImportedNetwork, state: State): OnnxModel {
  const learned = [
    ...parameters.map(({ tensor, name, value }) => ({ tensor, key: `parameters/${name}`, value })),
    ...buffers.map(({ tensor, name, value }) => ({ tensor, key: `buffers/${name}`, value })),
  ];
  const tensors = learned.map(({ tensor, key, value }): [string, NamedTensor] => {
    const found = state.get(key);
    if (!found) throw new RangeError(`the state has no "${key}"`);
    assertStateTensor(key, found, value.shape);
    return [tensor, found];
  });
  return replaceTensors(model, new Map(tensors));
}
