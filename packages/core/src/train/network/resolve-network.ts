/** @file What `--architecture`, `--weights` and `--backbone` ask for: where the network comes from, what it sees, and every setting. */
import { availableParallelism } from 'node:os';
import { TintypeError } from '@tintype/contracts/errors';
import { type Preprocessing, preprocessingSchema } from '@tintype/contracts/preprocessing';
import { type ArchitectureName, architectureNames, type TrainOptions } from '@tintype/contracts/train';
import type { Architecture, TrainingDefaults } from '../../model/architectures/architecture.types.ts';
import { architectures } from '../../model/architectures/architectures.ts';
import type { PictureTasks } from '../../model/picture-tasks.types.ts';
import { type ResolvedBackbone, resolveBackbone } from '../../model/resolve-backbone.ts';
import type { BackboneHub } from '../../ports/backbone-hub.ts';
import type { TaskPool } from '../../ports/task-pool.ts';
import type { NetworkSource } from './plan.types.ts';
import { type NetworkSettings, resolveSettings } from './settings.ts';
import { loadStartWeights, type StartWeights } from './start-weights.ts';

export interface ResolvedNetwork {
  source: NetworkSource;
  /** As people name it. */
  name: string;
  /** SHA-256 of what it starts from; `scratch` where that is nothing. */
  hash: string;
  license?: string;
  preprocessing: Preprocessing;
  settings: NetworkSettings;
  /** The backbone whose features a head is fitted on before everything moves; absent where the network starts from nothing. */
  pretrained?: ResolvedBackbone;
  /** Trained weights for the architecture. */
  weights?: StartWeights;
  notices: readonly string[];
}

interface Needs {
  hub: BackboneHub;
  pool: TaskPool<PictureTasks>;
}

/** Fine-tuning an ONNX model whose kind is not known. */
const usualFineTuning: TrainingDefaults = {
  optimizer: 'adamw',
  learningRate: 3e-4,
  weightDecay: 0.05,
  batch: 16,
  dropPath: 0,
  dropout: 0,
};

/** Throws USAGE_INVALID, and what the backbone's file makes it throw. */
export async function resolveNetwork(
  needs: Needs,
  options: TrainOptions,
  { signal }: { signal?: AbortSignal } = {},
): Promise<ResolvedNetwork> {
  if (options.architecture !== undefined) return resolveArchitecture(needs, options.architecture, options, signal);
  return resolveOnnx(needs, options, signal);
}

async function resolveArchitecture(
  needs: Needs,
  name: string,
  options: TrainOptions,
  signal: AbortSignal | undefined,
): Promise<ResolvedNetwork> {
  const architecture = findArchitecture(name);
  const isPretrained = options.weights !== undefined;
  const { fromScratch, fineTuning } = architecture;
  const settings = resolveSettings(options, {
    isPretrained,
    isHeadFitted: false,
    usual: { ...(isPretrained ? fineTuning : fromScratch), sizePx: architecture.sizePx },
    threads: availableParallelism(),
  });
  const { sizePx } = settings;
  if (sizePx % architecture.sizeStepPx !== 0)
    throw usage(`--size-px ${sizePx} does not suit ${name}: it must be a multiple of ${architecture.sizeStepPx}.`);
  if (settings.train !== 'all' && !isPretrained)
    throw usage(
      `--train ${settings.train} would leave the rest of ${name} as it begins, at random; name --weights, or train all.`,
    );
  const own = preprocessingSchema.parse({ ...architecture.preprocessing, widthPx: sizePx, heightPx: sizePx });
  const source = { kind: 'architecture', name: architecture.name as ArchitectureName } as const;
  if (options.weights === undefined)
    return { source, name, hash: 'scratch', preprocessing: own, settings, notices: [] };
  const weights = await loadStartWeights(needs, options.weights, {
    architecture,
    sizePx,
    ...(signal ? { signal } : {}),
  });
  const { hash, license, preprocessing = own, notices } = weights;
  return {
    source,
    name: `${name} from ${weights.name}`,
    hash,
    ...(license === undefined ? {} : { license }),
    preprocessing,
    settings,
    weights,
    notices,
  };
}

async function resolveOnnx(
  needs: Needs,
  options: TrainOptions,
  signal: AbortSignal | undefined,
): Promise<ResolvedNetwork> {
  const { sizePx } = options;
  const resized = sizePx === undefined ? {} : { preprocessing: { widthPx: sizePx, heightPx: sizePx } };
  const resolved = await resolveBackbone(needs, options.backbone, { ...resized, ...(signal ? { signal } : {}) });
  const { backbone, modelPath, shape } = resolved;
  const { featureOutput, preprocessing } = backbone;
  if (modelPath === undefined || featureOutput === undefined)
    throw usage(
      `--train needs a network, which ${backbone.name} is not; name --architecture, or --backbone FILE.onnx.`,
    );
  const settings = resolveSettings(options, {
    isPretrained: true,
    isHeadFitted: true,
    usual: { ...usualFineTuning, sizePx: preprocessing.widthPx },
    threads: availableParallelism(),
  });
  return {
    source: { kind: 'onnx', path: modelPath, hash: backbone.hash, featureOutput, shape },
    name: backbone.name,
    hash: backbone.hash,
    ...(backbone.license === undefined ? {} : { license: backbone.license }),
    preprocessing,
    settings,
    pretrained: resolved,
    notices: resolved.notices,
  };
}

function findArchitecture(name: string): Architecture {
  const known = architectureNames.find((one) => one === name);
  if (known === undefined) throw usage(`There is no architecture "${name}"; there is ${architectureNames.join(', ')}.`);
  return architectures[known];
}

const usage = (problem: string): TintypeError => new TintypeError('USAGE_INVALID', { problem });
