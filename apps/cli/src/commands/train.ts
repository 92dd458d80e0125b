/** @file `tintype train`: snapshot, features, head, calibration, evaluation, registration. */
import { TintypeError } from '@tintype/contracts/errors';
import type { HeadKind } from '@tintype/contracts/model';
import type { CommandRecord } from '../command.ts';
import { counted, duration, percent, percentWithInterval, printable } from '../format.ts';
import { parseAssignments, trainingOptions } from './training-options.ts';

const headKinds: readonly HeadKind[] = ['logistic', 'knn', 'svm-linear', 'svm-rbf', 'forest'];

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
    { flags: '--head <kind>', description: 'classifier on the features', choices: headKinds, default: 'logistic' },
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
    { flags: '--snapshot <id>', description: 'train on this snapshot instead of a new one' },
    { flags: '--model <name>', description: 'name to register under (default: the dataset)' },
    {
      flags: '--promote <rule>',
      description: 'move the champion alias',
      choices: ['auto', 'always', 'never'],
      default: 'auto',
    },
  ],
  examples: [
    'tintype train',
    'tintype train --backbone mobilenetv2.onnx --head knn --seed 7',
    'tintype train --head logistic --set c=0.03',
    'tintype train --backbone hub:onnx-community/dinov2-small --model scenes --json',
  ],
  async run(context, _args, options) {
    const [{ trainOptionsSchema }, { trainHead }, { registerRun }] = await Promise.all([
      import('@tintype/contracts/train'),
      import('@tintype/core/train/train-head'),
      import('@tintype/core/registry/register-run'),
    ]);
    const { dataset, without, seed, backbone, head, snapshot, model, classWeights } = options;
    const hyperparameters = parseAssignments(options.set as readonly string[] | undefined);
    if (snapshot !== undefined && (dataset !== undefined || without !== undefined)) {
      const problem = '--snapshot names samples and classes already; leave --dataset and --without away.';
      throw new TintypeError('USAGE_INVALID', { problem });
    }
    const request = trainOptionsSchema.parse({
      dataset,
      without,
      seed,
      backbone,
      head,
      hyperparameters,
      snapshot,
      model,
      classWeights,
    });
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    const { catalog, store, hub, clock, config } = workspace;
    const needs = { catalog, store, hub, clock, pool };
    const run = await trainHead(needs, {
      ...request,
      limits: config.limits,
      signal: context.signal,
      onProgress: (p) =>
        context.output.progress(
          [p.stage, p.total ? `${p.done} of ${p.total}` : '', p.note ?? ''].filter(Boolean).join('  '),
        ),
      onNotice: (text) => context.output.notice(text),
    });
    const { summary, promotion, version } = await registerRun(needs, run, {
      by: 'cli',
      promote: options.promote as 'auto' | 'always' | 'never',
      limits: config.limits,
      signal: context.signal,
    });
    const isChampion = version.aliases.includes('champion');
    context.output.result(summary, () =>
      [
        `${printable(summary.model)}@${summary.version}: accuracy ${percentWithInterval(summary.accuracy, summary.accuracyInterval)} on the test split of ${summary.snapshot}`,
        `balanced accuracy ${percent(summary.balancedAccuracy)}, macro-F1 ${percent(summary.macroF1)}, ${counted(summary.classes.length, 'class', 'classes')}, ${duration(summary.durationMs)}`,
        promotion,
        isChampion
          ? 'Next: tintype evaluate, tintype predict FILE, tintype serve'
          : `Next: tintype evaluate ${summary.model}@${summary.version}; to promote it all the same: tintype models promote ${summary.version} champion --model ${summary.model}`,
      ].join('\n'),
    );
  },
};
