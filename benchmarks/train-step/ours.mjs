/**
 * @file Our side of the train-step benchmark, in a process of its own. `ours.mjs NAME THREADS [auto|plain] [PROVIDER]`; then one
 * request a line on stdin, one answer a line of JSON: `steps N`, `peak`, `memory`, `gradients SEED FOLDER`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { emitOnnx } from '@tintype/autograd/graph/emit';
import { computeGradients } from '@tintype/autograd/graph/gradient';
import { softmaxCrossEntropy } from '@tintype/autograd/graph/losses';
import { ops } from '@tintype/autograd/graph/ops';
import { input, listNodes } from '@tintype/autograd/graph/value';
import { chooseLowering } from '@tintype/autograd/lowering/choose-lowering';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { adamw } from '@tintype/autograd/optimize/adamw';
import { sgd } from '@tintype/autograd/optimize/sgd';
import { createNormal, createRandom } from '@tintype/autograd/random';
import { openSession } from '@tintype/autograd/runtime/session';
import { buildStep } from '@tintype/autograd/step/build-step';
import { openTrainStep } from '@tintype/autograd/step/train-step';
import { build, countFlops, networks } from './networks.mjs';

const [name, threadText, layout = 'auto', provider = 'cpu'] = process.argv.slice(2);
const threads = Number(threadText);
const { optimizer } = networks[name];
const lowering = layout === 'plain' ? { layout: 'plain' } : await chooseLowering({ provider });

/** The same in the peer: it reads what is written here. */
function drawBatch(network, seed) {
  const draw = createNormal(createRandom('pixels', seed));
  const x = Float32Array.from({ length: network.input.shape.reduce((a, b) => a * b) }, () => draw());
  const [batch, classes] = network.logits.shape;
  const random = createRandom('targets', seed);
  const targets = new Float32Array(batch * classes);
  for (let i = 0; i < batch; i += 1) targets[i * classes + Math.floor(random() * classes)] = 1;
  return { x, targets };
}

const spec = (network) => ({
  network,
  optimizer: optimizer === 'adamw' ? adamw() : sgd({ momentum: 0.9 }),
  weightDecay: optimizer === 'adamw' ? 0.05 : 1e-4,
});

let opened;
async function open() {
  if (opened) return opened;
  const network = build(name);
  const step = await openTrainStep(spec(network), { threads, lowering, provider });
  const { step: graph } = buildStep(spec(network));
  const changing = graph.slots.flatMap(({ next }) => (next ? [next] : []));
  opened = { step, batch: drawBatch(network, 1), flops: countFlops([...Object.values(graph.results), ...changing]) };
  return opened;
}

async function steps(count) {
  const { step, batch, flops } = await open();
  const ms = [];
  for (let i = 0; i < count; i += 1) {
    const startedAt = performance.now();
    await step.run(batch, { learningRate: 1e-4, maskSeed: i });
    ms.push(performance.now() - startedAt);
  }
  return { ms, gigaflop: flops / 1e9 };
}

/** The most that products of these sizes reach, in 10^9 floating-point operations a second. */
async function peak() {
  let best = 0;
  for (const [m, k, n] of [
    [512, 512, 512],
    [788, 768, 3072],
    [2048, 2048, 2048],
  ]) {
    const [a, b] = [input('a', [m, k]), input('b', [n, k])];
    const y = ops.reduceMax(ops.matmul(a, b, { transposeB: true }));
    const session = await openSession(renderOnnx(emitOnnx({ y })), { threads, provider });
    const feeds = {
      a: { type: 'float32', dims: [m, k], data: new Float32Array(m * k).fill(0.5) },
      b: { type: 'float32', dims: [n, k], data: new Float32Array(n * k).fill(0.5) },
    };
    for (let i = 0; i < 8; i += 1) {
      const startedAt = performance.now();
      await session.run(feeds);
      best = Math.max(best, (2 * m * k * n) / 1e6 / (performance.now() - startedAt));
    }
    await session[Symbol.asyncDispose]();
  }
  return { gigaflops: best };
}

/** Where the network bends, in order: what a unit let through, and which element a window took. */
function listGates(logits) {
  const open = { relu: (y) => y > 0, clip: (y) => y > 0 && y < 6 };
  return listNodes([logits]).flatMap(({ operator, outputs: [y, indices] }) => {
    const isOpen = open[operator];
    if (isOpen)
      return [{ value: y, told: [operator, y.shape], read: (data) => Uint8Array.from(data, (x) => Number(isOpen(x))) }];
    return operator === 'maxPool' ? [{ value: indices, told: [operator, indices.shape], read: (data) => data }] : [];
  });
}

/** Writes parameters, batch, gates and gradients as raw float32, for the peer to compare with its own in float64. */
async function gradients(seed, folder) {
  const network = build(name, { batch: name.startsWith('vit') ? 2 : networks[name].batch });
  const targets = input('targets', network.logits.shape);
  const loss = ops.reduceMean(softmaxCrossEntropy(network.logits, targets));
  const values = network.parameters.map(({ value }) => value);
  const gates = listGates(network.logits);
  const results = Object.fromEntries([
    ...computeGradients(loss, values).map((g, i) => [`g${i}`, g]),
    ...gates.map(({ value }, i) => [`gate${i}`, value]),
  ]);
  // Norms that begin at zero would silence a branch: all get factors around 1.
  const parameters = network.parameters.map(({ name: own, value, initialize }) => {
    const random = createRandom('parameter', seed, own);
    const isFactor = value.shape.length === 1 && own.endsWith('weight');
    return isFactor ? Float32Array.from({ length: value.shape[0] }, () => 0.5 + random()) : initialize(random);
  });
  const batch = drawBatch(network, seed);
  const feeds = {
    pixels: { type: 'float32', dims: network.input.shape, data: batch.x },
    targets: { type: 'float32', dims: network.logits.shape, data: batch.targets },
    ...Object.fromEntries(
      network.parameters.map(({ name: own, value }, i) => [
        `parameters/${own}`,
        { type: 'float32', dims: value.shape, data: parameters[i] },
      ]),
    ),
  };
  const session = await openSession(renderOnnx(emitOnnx({ loss, ...results }, { lowering })), { threads, provider });
  const outputs = await session.run(feeds);
  await session[Symbol.asyncDispose]();
  const join4 = (arrays) => Buffer.concat(arrays.map((a) => Buffer.from(a.buffer, a.byteOffset, a.byteLength)));
  writeFileSync(join(folder, 'batch.f32'), join4([batch.x, batch.targets]));
  writeFileSync(join(folder, 'parameters.f32'), join4(parameters));
  writeFileSync(join(folder, 'gradients.f32'), join4(values.map((_, i) => outputs[`g${i}`].data)));
  writeFileSync(join(folder, 'gates.u8'), join4(gates.map(({ read }, i) => read(outputs[`gate${i}`].data))));
  const shapes = network.parameters.map(({ name: own, value }) => [own, value.shape]);
  const told = { batch: network.input.shape[0], parameters: shapes, gates: gates.map(({ told: own }) => own) };
  writeFileSync(join(folder, 'shapes.json'), JSON.stringify(told));
  return { loss: outputs.loss.data[0] };
}

const answers = {
  steps: (count) => steps(Number(count)),
  peak,
  memory: () => ({ peakRssMb: process.resourceUsage().maxRSS / 1024 }),
  gradients: (seed, folder) => gradients(Number(seed), folder),
};

for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...rest] = line.split(' ');
  console.log(JSON.stringify(await answers[verb](...rest)));
}
