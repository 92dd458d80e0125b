/** @file A network that can be trained, wherever it comes from: its graph for any batch and mode, its start, its form for inference. */
import { appendHead } from '@tintype/autograd/heads/append-head';
import { renderLinearHead } from '@tintype/autograd/heads/linear-head';
import { evaluationMode, type Mode, type Network } from '@tintype/autograd/nn/network';
import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import { renderInference } from '@tintype/autograd/step/render-inference';
import type { State } from '@tintype/autograd/step/state';
import { architectures } from '../../model/architectures/architectures.ts';
import { readSafetensors } from '../../model/formats/read-safetensors.ts';
import type { NetworkDescription } from './plan.types.ts';

export interface Trainable {
  build(batch: number, mode: Mode): Promise<Network>;
  /** Parameters and buffers to begin with, beside what is initialized. */
  start(): Promise<State>;
  /** Pixels [N, 3, H, W] in, `features` [N, D] out. */
  renderFeatures(weights: State): Promise<OnnxModel>;
  /** Sentences for a person. */
  notices: readonly string[];
}

/** Throws what the files it names make it throw. */
export async function openTrainable(description: NetworkDescription): Promise<Trainable> {
  const { source } = description;
  if (source.kind === 'onnx') throw new Error('not yet');
  return openArchitecture(source.name, description);
}

function openArchitecture(name: keyof typeof architectures, description: NetworkDescription): Trainable {
  const { classCount: classes, settings, startWeights } = description;
  const { sizePx, dropPath, dropout } = settings;
  const build = (batch: number, mode: Mode): Network =>
    architectures[name].build({ batch, classes, sizePx, mode, dropPath, dropout });
  return {
    build: async (batch, mode) => build(batch, mode),
    start: async () => (startWeights === undefined ? new Map() : (await readSafetensors(startWeights)).tensors),
    renderFeatures: async (weights) => renderInference((batch) => build(batch, evaluationMode), weights),
    notices: [],
  };
}

/** Names of the last layer: weight [K, D] and bias [K]. */
export function nameHead({ parameters }: Network): { weight: string; bias: string } {
  const [weight, bias] = parameters.slice(-2);
  if (!weight || !bias) throw new Error('the network has no head');
  return { weight: `parameters/${weight.name}`, bias: `parameters/${bias.name}` };
}

/** `model.onnx`: features, `logits` divided by the temperature, and `probabilities`. */
export async function renderModel(
  trainable: Trainable,
  weights: State,
  { head, temperature }: { head: { weight: string; bias: string }; temperature: number },
): Promise<OnnxModel> {
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
  return appendHead(await trainable.renderFeatures(weights), 'features', crown, { dimensions });
}
