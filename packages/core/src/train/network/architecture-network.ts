/** @file One of our own architectures as something to train. */
import { evaluationMode, type Mode, type Network } from '@tintype/autograd/nn/network';
import { renderInference } from '@tintype/autograd/step/render-inference';
import type { ArchitectureName } from '@tintype/contracts/train';
import { architectures } from '../../model/architectures/architectures.ts';
import { readSafetensors } from '../../model/formats/read-safetensors.ts';
import type { NetworkDescription } from './plan.types.ts';
import type { Trainable } from './trainable.ts';

export function openArchitecture(name: ArchitectureName, description: NetworkDescription): Trainable {
  const { classCount: classes, settings, startWeights } = description;
  const { sizePx, dropPath, dropout } = settings;
  const build = (batch: number, mode: Mode): Network =>
    architectures[name].build({ batch, classes, sizePx, mode, dropPath, dropout });
  return {
    build: async (batch, mode) => build(batch, mode),
    start: async () => (startWeights === undefined ? new Map() : (await readSafetensors(startWeights)).tensors),
    renderFeatures: (weights) => ({
      model: renderInference((batch) => build(batch, evaluationMode), weights),
      output: 'features',
      shape: 'flatten',
    }),
    frozen: undefined,
    notices: [],
  };
}
