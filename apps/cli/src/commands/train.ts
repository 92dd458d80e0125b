/** @file `tintype train`: a head on features, or a network; calibrated, evaluated and registered. */
import { TintypeError } from '@tintype/contracts/errors';
import type { TrainOptions } from '@tintype/contracts/train';
import type { Registration } from '@tintype/core/registry/register-run';
import type { TrainingExplanation } from '@tintype/core/train/explain-training';
import type { CommandRecord } from '../command.ts';
import { counted, duration, integer, percent, percentWithInterval, printable, table } from '../format.ts';
import { openWatch } from '../watch-training.ts';
import { networkOptions, readNetworkOptions } from './network-options.ts';
import { trainBestModel } from './train-auto.ts';
import { gateOption, headKindChoices, parseAssignments, trainingOptions } from './training-options.ts';

export const trainCommand: CommandRecord = {
  name: 'train',
  summary: 'train a classifier, evaluate it on its test split and register it',
  options: [
    ...trainingOptions,
    {
      flags: '--backbone <name>',
      description: 'histograms, pixels[:SIZE], FILE.onnx, or hub:ORG/REPO[@REVISION]',
      default: 'histograms',
    },
    {
      flags: '--head <kind>',
      description: 'classifier on the features',
      choices: headKindChoices,
      default: 'logistic',
    },
    {
      flags: '--set <name=value...>',
      description: 'fix a hyperparameter of the head instead of choosing it by cross-validation, such as c=0.01',
    },
    {
      flags: '--class-weights <rule>',
      description: 'weigh rare classes more',
      choices: ['none', 'balanced'],
      default: 'none',
    },
    ...networkOptions,
    gateOption,
    { flags: '--snapshot <id>', description: 'train on this snapshot instead of a new one' },
    { flags: '--model <name>', description: 'name to register under (default: the dataset)' },
    {
      flags: '--promote <rule>',
      description: 'move the champion alias',
      choices: ['auto', 'always', 'never'],
      default: 'auto',
    },
    {
      flags: '--auto',
      description: 'compare models of several kinds, the given backbone among them, and register the one to take',
    },
    { flags: '--budget <time>', description: 'time for --auto, such as 90s, 20m or 1.5h (default: 10m)' },
  ],
  examples: [
    'tintype train',
    'tintype train --backbone mobilenetv2.onnx --head knn --seed 7',
    'tintype train --architecture cnn-small',
    'tintype train --backbone mobilenetv2.onnx --train all --explain',
    'tintype train --head logistic --set c=0.03',
    'tintype train --auto --budget 10m',
    'tintype train --backbone hub:onnx-community/dinov2-small --model scenes --json',
  ],
  async run(context, _args, options) {
    if (options.auto === true) return trainBestModel(context, options);
    if (options.budget !== undefined)
      throw new TintypeError('USAGE_INVALID', { problem: '--budget goes with --auto.', command: 'tintype train' });
    const resumed = options.resume as string | undefined;
    if (resumed !== undefined) assertAlone(options);
    const request = readRequest(options, await import('@tintype/contracts/train'));
    const [{ resumeAndRegister, trainAndRegister }, { explainTraining }, { detectorsOf }] = await Promise.all([
      import('@tintype/core/registry/train-and-register'),
      import('@tintype/core/train/explain-training'),
      import('@tintype/core/model/gates/resolve-detectors'),
    ]);
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    const { catalog, store, hub, clock, config, runFolders } = workspace;
    const needs = { catalog, store, hub, clock, pool, runFolders, trainer: await context.openTrainer() };
    const listeners = openWatch(context.output, options.events as string | undefined);
    const ways = {
      limits: config.limits,
      detectors: detectorsOf(workspace),
      signal: context.signal,
      by: 'cli',
      promote: options.promote as 'auto' | 'always' | 'never',
      ...listeners,
    };
    if (options.explain === true) {
      const explanation = await explainTraining(needs, { ...request, ...ways });
      return context.output.result(explanation, () => renderExplanation(explanation));
    }
    const registration =
      resumed === undefined
        ? await trainAndRegister(needs, { ...request, ...ways })
        : await resumeAndRegister(needs, resumed, ways);
    context.output.result(registration.summary, () => renderRegistration(registration));
  },
};

type Contract = typeof import('@tintype/contracts/train');

function readRequest(options: Readonly<Record<string, unknown>>, { trainOptionsSchema }: Contract): TrainOptions {
  const { dataset, without, seed, backbone, head, snapshot, model, classWeights } = options;
  if (snapshot !== undefined && (dataset !== undefined || without !== undefined)) {
    const problem = '--snapshot names samples and classes already; leave --dataset and --without away.';
    throw new TintypeError('USAGE_INVALID', { problem });
  }
  return trainOptionsSchema.parse({
    dataset,
    without,
    seed,
    backbone,
    head,
    hyperparameters: parseAssignments(options.set as readonly string[] | undefined),
    snapshot,
    model,
    classWeights,
    gates: options.gate,
    ...readNetworkOptions(options),
  });
}

/** A resumed run has its options; others would make it another run. */
function assertAlone(options: Readonly<Record<string, unknown>>): void {
  const allowed = new Set(['resume', 'promote', 'events', 'json', 'workspace']);
  const usual = new Map(trainCommand.options.map(({ flags, default: value }) => [nameOf(flags), value]));
  const other = Object.keys(options).find((name) => !allowed.has(name) && options[name] !== usual.get(name));
  if (other === undefined) return;
  const problem = `--resume goes on with the options that the run began with; leave --${dashed(other)} away.`;
  throw new TintypeError('USAGE_INVALID', { problem });
}

/** `--class-weights <rule>` -> `classWeights`. */
const nameOf = (flags: string): string =>
  (flags.split(' ')[0] ?? '').slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
const dashed = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function renderRegistration({ summary, promotion, version }: Registration): string {
  const isChampion = version.aliases.includes('champion');
  return [
    `${printable(summary.model)}@${summary.version}: accuracy ${percentWithInterval(summary.accuracy, summary.accuracyInterval)} on the test split of ${summary.snapshot}`,
    `balanced accuracy ${percent(summary.balancedAccuracy)}, macro-F1 ${percent(summary.macroF1)}, ${counted(summary.classes.length, 'class', 'classes')}, ${duration(summary.durationMs)}`,
    promotion,
    isChampion
      ? 'Next: tintype evaluate, tintype predict FILE, tintype serve'
      : `Next: tintype evaluate ${summary.model}@${summary.version}; to promote it all the same: tintype models promote ${summary.version} champion --model ${summary.model}`,
  ].join('\n');
}

function renderExplanation(explanation: TrainingExplanation): string {
  const { network, settings, pictures, stepsPerEpoch, parameters, stepMs, estimatedMs } = explanation;
  return [
    `${network}: ${integer(parameters.total)} parameters, of which ${integer(parameters.trained)} move`,
    `${counted(settings.epochs, 'epoch')} of ${counted(stepsPerEpoch, 'step')} with ${counted(settings.batch, 'picture')} each: ${integer(pictures.train)} to train on, ${integer(pictures.validation)} to validate`,
    `a step takes ${duration(stepMs)} here (${integer(Math.round((1000 * settings.batch) / stepMs))} pictures/s), the whole training about ${duration(estimatedMs)}`,
    '',
    'memory of a step',
    ...explanation.memoryLines,
    '',
    'settings',
    table(
      ['option', 'value'],
      Object.entries(settings).map(([name, value]) => [`--${dashed(name)}`, String(value)]),
    ),
    ...explanation.notices,
  ].join('\n');
}
