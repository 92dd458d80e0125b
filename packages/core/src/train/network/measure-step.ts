/** @file What a training would need and take, before it is begun: a few steps on invented pictures. */
import { evaluationMode } from '@tintype/autograd/nn/network';
import { renderMemoryPlan } from '@tintype/autograd/step/memory-plan';
import type { TrainStep } from '@tintype/autograd/step/train-step';
import { openModel } from './answer-pictures.ts';
import { countParameters, openNetworkStep } from './open-network-step.ts';
import type { NetworkDescription, StepMeasurement } from './plan.types.ts';
import { nameHead, openTrainable, renderModel } from './trainable.ts';
import { selectWeights } from './weights.ts';

const steps = { warm: 1, timed: 3 };
const answered = 16;

/** The fastest of a few steps, since other work only slows them. */
export async function measureStep(description: NetworkDescription): Promise<StepMeasurement> {
  const trainable = await openTrainable(description);
  const step = await openNetworkStep(trainable, description, 'chosen');
  try {
    const stepMs = await timeStep(step, description);
    const network = await trainable.build(1, evaluationMode);
    const head = nameHead(network);
    const model = renderModel(trainable, selectWeights(await step.view()), { head, temperature: 1 });
    await using session = await openModel(model, description.settings.threads);
    const { widthPx, heightPx } = description.preprocessing;
    const dims = [answered, 3, heightPx, widthPx];
    const data = new Float32Array(answered * 3 * heightPx * widthPx);
    const answerMs = await fastest(() =>
      session.run({ [session.inputNames[0] as string]: { type: 'float32', dims, data } }),
    );
    const { memory } = step;
    return {
      parameters: countParameters(network, description.settings),
      memory: { ...memory },
      memoryLines: renderMemoryPlan(memory),
      stepMs,
      answerMs: answerMs / answered,
      notices: trainable.notices,
    };
  } finally {
    await step[Symbol.asyncDispose]();
  }
}

function timeStep(step: TrainStep, { preprocessing, classCount, settings }: NetworkDescription): Promise<number> {
  const { widthPx, heightPx } = preprocessing;
  const x = new Float32Array(settings.batch * 3 * heightPx * widthPx).map((_, i) => Math.sin(i));
  const targets = new Float32Array(settings.batch * classCount);
  for (let n = 0; n < settings.batch; n += 1) targets[n * classCount + (n % classCount)] = 1;
  return fastest(() => step.run({ x, targets }, { learningRate: 0, maskSeed: 0 }));
}

async function fastest(work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let n = 0; n < steps.warm + steps.timed; n += 1) {
    const startedAt = performance.now();
    await work();
    if (n >= steps.warm) best = Math.min(best, performance.now() - startedAt);
  }
  return best;
}
