/** @file The table drives its tests: shapes, sizes, names, and that every architecture learns. */

import { sizeOf } from '@tintype/autograd/graph/shape';
import { evaluationMode, type Network, trainingMode } from '@tintype/autograd/nn/network';
import { architectureNames } from '@tintype/contracts/train';
import { describe, expect, test } from 'vitest';
import { architectures } from './architectures.ts';

const countOf = ({ parameters }: Network): number =>
  parameters.reduce((sum, { value }) => sum + sizeOf(value.shape), 0);

describe.each(architectureNames)('%s', (name) => {
  const architecture = architectures[name];
  const build = (options: Partial<Parameters<typeof architecture.build>[0]> = {}): Network =>
    architecture.build({ batch: 2, classes: 1000, mode: trainingMode, ...options });

  test('is named as in the table, and has as many parameters as it says', () => {
    expect(architecture.name).toBe(name);
    expect(countOf(build())).toBe(architecture.parameterCount);
  });

  test('gives features and logits for each picture', () => {
    const { input, features, logits } = build({ classes: 7 });

    expect(input.shape).toEqual([2, 3, architecture.sizePx, architecture.sizePx]);
    expect(features.shape[0]).toBe(2);
    expect(features.shape).toHaveLength(2);
    expect(logits.shape).toEqual([2, 7]);
  });

  test('names its parameters and buffers alike in every mode', () => {
    const [training, frozen, evaluation] = [
      trainingMode,
      { training: true, frozenBatchNorm: true },
      evaluationMode,
    ].map((mode) => {
      const { parameters, buffers } = build({ mode, dropPath: 0.1, dropout: 0.1 });
      return [...parameters, ...buffers].map((declared) => declared.name);
    });

    expect(frozen).toEqual(training);
    expect(evaluation).toEqual(training);
  });

  test('has depths from the stem to the head, and decays weights alone', () => {
    const { parameters, depthCount } = build();
    const depths = new Set(parameters.map(({ depth }) => depth));

    expect([...depths].sort((a, b) => a - b)).toEqual([...Array(depthCount).keys()]);
    expect(parameters.at(-1)).toMatchObject({ depth: depthCount - 1, value: { shape: [1000] } });
    for (const { name: parameter, decays, value } of parameters)
      expect([parameter, decays]).toEqual([
        parameter,
        value.shape.length > 1 && !/^(cls_token|pos_embed)$/.test(parameter),
      ]);
  });
});
