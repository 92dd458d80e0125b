/** @file The train step of a network in one phase of its training: what moves, how fast, with which optimizer. */
import { totalmem } from 'node:os';
import { sizeOf } from '@tintype/autograd/graph/shape';
import type { Network, Parameter } from '@tintype/autograd/nn/network';
import { adamw } from '@tintype/autograd/optimize/adamw';
import { sgd } from '@tintype/autograd/optimize/sgd';
import { ProviderError } from '@tintype/autograd/runtime/providers';
import type { StepSpec } from '@tintype/autograd/step/build-step';
import type { MemoryPlan } from '@tintype/autograd/step/memory-plan';
import { openTrainStep, type TrainStep } from '@tintype/autograd/step/train-step';
import { TintypeError } from '@tintype/contracts/errors';
import type { TrainPhase } from '@tintype/contracts/train-events';
import { putBehind } from './frozen-part.ts';
import type { NetworkDescription, ParameterCounts } from './plan.types.ts';
import { firstTrainedDepth, type NetworkSettings } from './settings.ts';
import type { Trainable } from './trainable.ts';

const optimizers = { adamw: () => adamw(), sgd: () => sgd({ momentum: 0.9, nesterov: true }) };

/** With the weights that training starts from. Throws MEMORY_INSUFFICIENT. */
export async function openNetworkStep(
  trainable: Trainable,
  { settings, seed, preprocessing }: NetworkDescription,
  phase: TrainPhase,
): Promise<TrainStep> {
  const network = await trainable.build(settings.batch, {
    training: true,
    frozenBatchNorm: isBatchNormFrozen(settings, phase),
  });
  const spec = describeStep(network, settings, phase);
  const { provider, threads } = settings;
  const step = await openTrainStep(spec, { seed, provider, threads }).catch((error: unknown) => {
    if (!(error instanceof ProviderError)) throw error;
    throw new TintypeError(
      'PROVIDER_UNAVAILABLE',
      { provider, available: error.available.join(', ') },
      { cause: error },
    );
  });
  try {
    assertFits(step.memory);
    await step.write(await trainable.start());
    return trainable.frozen ? await putBehind(step, { frozen: trainable.frozen, preprocessing, threads }) : step;
  } catch (error) {
    await step[Symbol.asyncDispose]();
    throw error;
  }
}

/** Nine tenths of what the machine, or a container on it, has. */
function assertFits({ totalBytes }: MemoryPlan): void {
  const allowed = process.constrainedMemory();
  const limitBytes = 0.9 * (allowed > 0 ? Math.min(allowed, totalmem()) : totalmem());
  if (totalBytes > limitBytes) throw new TintypeError('MEMORY_INSUFFICIENT', { neededBytes: totalBytes, limitBytes });
}

/** Statistics of features that do not move are not followed either. */
const isBatchNormFrozen = ({ freezeBatchNorm, train }: NetworkSettings, phase: TrainPhase): boolean =>
  freezeBatchNorm || phase === 'head' || train === 'head';

function describeStep(network: Network, settings: NetworkSettings, phase: TrainPhase) {
  const { optimizer, weightDecay, labelSmoothing, clipNorm, ema, accumulate, layerDecay, train } = settings;
  const first = firstTrainedDepth(phase === 'head' ? 'head' : train, network.depthCount);
  return {
    network,
    optimizer: optimizers[optimizer](),
    weightDecay,
    labelSmoothing,
    accumulate,
    isTrainable: ({ depth }: Parameter) => depth >= first,
    ...(clipNorm > 0 ? { clipNorm } : {}),
    ...(ema > 0 ? { ema: { decay: ema } } : {}),
    ...(layerDecay < 1
      ? { learningRateScale: ({ depth }: Parameter) => layerDecay ** (network.depthCount - 1 - depth) }
      : {}),
  } satisfies StepSpec;
}

/** Of the phase in which everything moves that is to. */
export function countParameters({ parameters, depthCount }: Network, { train }: NetworkSettings): ParameterCounts {
  const first = firstTrainedDepth(train, depthCount);
  const count = (some: readonly Parameter[]): number => some.reduce((sum, { value }) => sum + sizeOf(value.shape), 0);
  return { total: count(parameters), trained: count(parameters.filter(({ depth }) => depth >= first)) };
}
