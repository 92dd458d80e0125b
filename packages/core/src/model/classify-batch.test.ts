/** @file Several pictures in one run of the model answer as each by itself does. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderLinearHead } from '@tintype/autograd/heads/linear-head';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import type { Gate } from '@tintype/contracts/gate';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { aPicture } from '@tintype/vision/testing/a-picture';
import { expect, onTestFinished, test } from 'vitest';
import { renderBundle } from './bundle.ts';
import { histogramBackbone } from './histogram-backbone.ts';
import { InferenceEngine } from './inference-engine.ts';

async function anOpenBundle() {
  const { dimensions } = histogramBackbone;
  const zeros = new Float32Array(dimensions);
  const weights = Float32Array.from({ length: 2 * dimensions }, (_, i) => Math.sin(i * 0.7));
  const head = renderLinearHead({ mean: zeros, scale: zeros.map(() => 1), weights, bias: [0, 0] });
  const { bundleHash, files } = renderBundle({
    manifest: {
      model: 'pets',
      classes: ['cat', 'dog'],
      backbone: histogramBackbone,
      input: { name: 'features', kind: 'features' },
      head: { kind: 'logistic', hyperparameters: {} },
      calibration: { method: 'temperature', temperature: 1 },
      snapshot: null,
      run: null,
      seed: 1,
      metrics: null,
      createdAt: 1,
      versions: {},
    },
    graph: renderOnnx(head),
    parity: { tolerance: 1e-5, samples: [] },
    card: '# pets\n',
  });
  const folder = await mkdtemp(join(tmpdir(), 'tintype-batch-'));
  for (const [name, content] of files) await writeFile(join(folder, name), content);
  const engine = new InferenceEngine();
  await engine.openBundle({ bundleHash, folder });
  onTestFinished(async () => {
    await engine[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });
  return { engine, bundleHash };
}

const gates: Gate[] = [{ kind: 'min-size', sidePx: 32 }];

test('each picture of a batch has the answer it has alone, or its own failure or refusal', async () => {
  const { engine, bundleHash } = await anOpenBundle();
  const [large, wide, small] = await Promise.all(
    [
      { widthPx: 64, heightPx: 64 },
      { widthPx: 90, heightPx: 40 },
      { widthPx: 16, heightPx: 16 },
    ].map((size) => aPicture(size).png().toBuffer()),
  );
  const pictures = [large, Buffer.from('no picture'), wide, small, large] as Buffer[];

  const batch = await engine.classifyBatch({ bundleHash, pictures, limits, gates });
  const alone = await Promise.all(
    [0, 2].map((n) => engine.classify({ bundleHash, bytes: pictures[n] as Buffer, limits, gates })),
  );

  expect(batch[1]).toMatchObject({ error: { code: 'IMAGE_UNRECOGNIZED' } });
  expect(batch[3]).toMatchObject({ answer: { refusal: { reason: 'TOO_SMALL' } } });
  for (const [n, expected] of [
    [0, alone[0]],
    [2, alone[1]],
    [4, alone[0]],
  ] as const) {
    const outcome = batch[n] as { answer: { probabilities: Float32Array } };
    for (const [k, value] of [...outcome.answer.probabilities].entries())
      expect(value).toBeCloseTo(expected?.probabilities?.[k] ?? Number.NaN, 6);
  }
});

test('a batch of which no picture reaches the model is answered all the same', async () => {
  const { engine, bundleHash } = await anOpenBundle();

  const batch = await engine.classifyBatch({ bundleHash, pictures: [Buffer.from('a'), Buffer.alloc(0)], limits });

  expect(batch).toMatchObject([{ error: { code: 'IMAGE_UNRECOGNIZED' } }, { error: { code: 'IMAGE_EMPTY' } }]);
});
