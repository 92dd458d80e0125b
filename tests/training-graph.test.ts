/** @file The worked example of docs/explanation/training-graph.md: its code is this file's, its nodes are those that are emitted. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { emitOnnx } from '@tintype/autograd/graph/emit';
import { ops } from '@tintype/autograd/graph/ops';
import { linear } from '@tintype/autograd/nn/layers';
import { buildNetwork, trainingMode } from '@tintype/autograd/nn/network';
import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import { sgd } from '@tintype/autograd/optimize/sgd';
import { buildStep } from '@tintype/autograd/step/build-step';
import { openTrainStep } from '@tintype/autograd/step/train-step';
import { expect, test } from 'vitest';

const page = readFileSync(join(resolve(import.meta.dirname, '..'), 'docs/explanation/training-graph.md'), 'utf8');
const source = readFileSync(import.meta.filename, 'utf8');

const network = buildNetwork([2, 3, 1, 1], trainingMode, (scope, pixels) => {
  const features = ops.reshape(pixels, [2, 3]);
  const hidden = ops.relu(linear(scope.at('hidden'), features, { out: 4, bias: false }));
  return { features, logits: linear(scope.at('head').atDepth(1), hidden, { out: 2 }) };
});
const spec = { network, optimizer: sgd({ momentum: 0 }) };

const { step: graph } = buildStep(spec);
const model = emitOnnx({
  ...graph.results,
  ...Object.fromEntries(graph.slots.map(({ name, next }) => [`next/${name}`, next ?? network.input])),
});

/** One line per node: result = Operator(operands), constants as their values, other results numbered as they appear. */
function listNodesOf({ graph: onnx }: OnnxModel): string[] {
  const constants = new Map(
    (onnx?.initializer ?? []).map(({ name, dims, dataType, rawData }) => {
      const numbers =
        dataType === 7
          ? [...new BigInt64Array(rawData.slice().buffer)].map(String)
          : [...new Float32Array(rawData.slice().buffer)].map((x) => String(Number(x.toPrecision(3))));
      return [name, dims.length === 0 ? (numbers[0] as string) : `[${numbers.join(', ')}]`] as const;
    }),
  );
  const numbers = new Map<string, string>();
  const nameOf = (name: string): string => {
    if (!/^t\/\d+$/.test(name)) return constants.get(name) ?? name;
    numbers.set(name, numbers.get(name) ?? `t${numbers.size + 1}`);
    return numbers.get(name) as string;
  };
  return (onnx?.node ?? []).map(({ opType, input, output, attribute }) => {
    const operands = input.map(nameOf);
    const flags = attribute
      .filter(({ name, i }) => /^trans|axis/.test(name) && i !== 0n)
      .map(({ name, i }) => `${name} ${i}`);
    return `${output.map(nameOf).join(', ')} = ${opType}(${[...operands, ...flags].join(', ')})`;
  });
}

const blocksOf = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, block]) =>
    (block as string).trim(),
  );

test('the code of the page is code that runs', () => {
  const [first] = blocksOf('ts');

  expect(source).toContain(first);
});

test('the nodes of the page are the nodes of the graph', () => {
  const shown = blocksOf('text')
    .flatMap((block) => block.split('\n'))
    .filter((line) => line.includes(' = '));

  expect(shown.map((line) => line.replace(/\s+#.*$/, '').trim())).toEqual(listNodesOf(model));
});

test('the graph learns', async () => {
  await using step = await openTrainStep(spec);
  const batch = { x: Float32Array.of(1, 0, -1, -1, 0.5, 1), targets: Float32Array.of(1, 0, 0, 1) };
  const losses: number[] = [];
  for (let i = 0; i < 50; i++) losses.push((await step.run(batch, { learningRate: 0.5, maskSeed: i })).loss);

  expect(losses.at(-1)).toBeLessThan((losses[0] as number) / 10);
});
