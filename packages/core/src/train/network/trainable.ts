/** @file A network that can be trained, wherever it comes from: its graph for any batch and mode, its start, its form for inference. */
import { appendHead, type FeatureShape } from '@tintype/autograd/heads/append-head';
import { renderLinearHead } from '@tintype/autograd/heads/linear-head';
import type { Mode, Network } from '@tintype/autograd/nn/network';
import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import type { State } from '@tintype/autograd/step/state';
import { openArchitecture } from './architecture-network.ts';
import { openOnnxNetwork } from './onnx-network.ts';
import type { NetworkDescription } from './plan.types.ts';

/** A model up to its features: the tensor that holds them, and how they are read from it. */
export interface FeatureModel {
  model: OnnxModel;
  output: string;
  shape: FeatureShape;
}

export interface Trainable {
  build(batch: number, mode: Mode): Promise<Network>;
  /** Parameters and buffers to begin with, beside what is initialized. */
  start(): Promise<State>;
  renderFeatures(weights: State): FeatureModel;
  /** From pixels to what the network takes, where not all of a model can be trained. */
  frozen: OnnxModel | undefined;
  /** Sentences for a person. */
  notices: readonly string[];
}

/** Throws BACKBONE_INVALID, MODEL_FILE_INVALID. */
export async function openTrainable(description: NetworkDescription): Promise<Trainable> {
  const { source } = description;
  return source.kind === 'onnx' ? openOnnxNetwork(source, description) : openArchitecture(source.name, description);
}

/** Names of the last layer in the state: weight [K, D] and bias [K]. */
export function nameHead({ parameters }: Network): { weight: string; bias: string } {
  const [weight, bias] = parameters.slice(-2);
  if (!weight || !bias) throw new Error('the network has no head');
  return { weight: `parameters/${weight.name}`, bias: `parameters/${bias.name}` };
}

/** `model.onnx`: pixels in; features, `logits` divided by the temperature, and `probabilities` out. */
export function renderModel(
  trainable: Trainable,
  weights: State,
  { head, temperature }: { head: { weight: string; bias: string }; temperature: number },
): OnnxModel {
  const [weight, bias] = [weights.get(head.weight), weights.get(head.bias)];
  if (!weight || !bias) throw new Error('the weights hold no head');
  const dimensions = weight.shape[1] as number;
  const crown = renderLinearHead({
    mean: new Float32Array(dimensions),
    scale: new Float32Array(dimensions).fill(1),
    weights: weight.data,
    bias: bias.data,
    temperature,
  });
  const { model, output, shape } = trainable.renderFeatures(weights);
  return appendHead(model, output, crown, { dimensions, shape });
}
