/** @file A run in words: what was trained, how it stands, how long it takes. Pure. */
import type { ModelVersion, RegisteredModel } from '@tintype/contracts/registry';
import { isNetworkTraining, type Run } from '@tintype/contracts/train';
import type { RunProgress } from '@tintype/contracts/train-events';
import { formatCount } from '../../components/format.ts';

/** A file without its folder; `hub:` names and built-in ones as they are. */
export const shortName = (name: string): string =>
  name.startsWith('hub:') ? name.replace(/^hub:/, '').replace(/@.*$/, '') : name.replace(/^.*[\\/](?=[^\\/]+$)/, '');

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** `mobilenetv2.onnx, fine-tuned`, `cnn-small from nothing`, `logistic on histograms`. */
export function describeModel(options: Run['options']): string {
  const [architecture, weights, train, backbone = 'histograms', head = 'logistic'] = [
    'architecture',
    'weights',
    'train',
    'backbone',
    'head',
  ].map((name) => textOf(options[name]));
  if (architecture !== undefined)
    return weights === undefined ? `${architecture} from nothing` : `${architecture} from ${shortName(weights)}`;
  if (train !== undefined) return `${shortName(backbone)}, fine-tuned${train === 'all' ? '' : ` (${train})`}`;
  return `${head} on ${shortName(backbone)}`;
}

export const isNetworkRun = ({ options }: Pick<Run, 'options'>): boolean =>
  isNetworkTraining({ architecture: textOf(options.architecture), train: textOf(options.train) });

export const statusWords: Readonly<Record<Run['status'], string>> = {
  running: 'Under way',
  succeeded: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

/** `Epoch 3 of 30, step 20 of 61`; undefined where it does not train. */
export function describeStep(progress: RunProgress | null): string | undefined {
  const step = progress?.step;
  if (!step) return undefined;
  return `Epoch ${formatCount(step.epoch)} of ${formatCount(step.epochs)}, step ${formatCount(step.step)} of ${formatCount(step.stepsPerEpoch)}`;
}

/** Of the whole training; undefined before its first step. */
export function shareOf(progress: RunProgress | null): number | undefined {
  const step = progress?.step;
  if (!step) return undefined;
  return (step.epoch - 1 + step.step / step.stepsPerEpoch) / step.epochs;
}

/** The version that came of a run; undefined where none did, as of a trial. */
export const findVersionOf = (run: string, models: readonly RegisteredModel[]): ModelVersion | undefined =>
  models.flatMap(({ versions }) => versions).find((version) => version.run === run);

/** How long it took, or takes so far. */
export const durationOf = ({ startedAt, endedAt }: Run, now: number): number =>
  Math.max(0, (endedAt ?? now) - startedAt);
