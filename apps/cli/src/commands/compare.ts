/** @file `tintype compare`: several kinds of models on one split, and which of them to take. */
import { stripVTControlCharacters } from 'node:util';
import type { Contender } from '@tintype/contracts/compare';
import type { CommandContext, CommandRecord } from '../command.ts';
import { contenderTable, renderComparison } from '../comparison-lines.ts';
import { printable } from '../format.ts';
import { parseDuration } from '../parse-duration.ts';
import { toWholePath } from '../to-whole-path.ts';
import { headKindChoices, trainingOptions } from './training-options.ts';

export const compareCommand: CommandRecord = {
  name: 'compare',
  summary: 'train models of several kinds on one split, compare accuracy, speed and size, and recommend one',
  options: [
    {
      flags: '--models <name...>',
      description:
        'models to compare: histograms, pixels[:SIZE], FILE.onnx or hub:ORG/REPO[@REVISION] with every head; FILE.onnx+all or FILE.onnx+last:K fine-tuned; an architecture from scratch (default: histograms pixels)',
    },
    { flags: '--heads <kind...>', description: 'classifiers on each of them (default: all)', choices: headKindChoices },
    {
      flags: '--budget <time>',
      description: 'time for all of it, such as 90s, 20m or 1.5h (default: as long as it takes)',
    },
    ...trainingOptions,
    { flags: '--snapshot <id>', description: 'compare on this snapshot instead of a new one' },
  ],
  examples: [
    'tintype compare',
    'tintype compare --models histograms mobilenetv2.onnx --heads logistic svm-rbf',
    'tintype compare --budget 10m --json',
  ],
  async run(context, _args, options) {
    const [{ compareOptionsSchema }, { compareModels }] = await Promise.all([
      import('@tintype/contracts/compare'),
      import('@tintype/core/tune/compare-models'),
    ]);
    const request = compareOptionsSchema.parse(compareInput(options));
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    const { catalog, store, hub, clock, config, runFolders } = workspace;
    const trainer = await context.openTrainer();
    const comparison = await compareModels(
      { catalog, store, hub, clock, pool, trainer, runFolders },
      { ...request, limits: config.limits, signal: context.signal, ...followComparison(context) },
    );
    const { contenders, recommended } = comparison;
    const command = contenders.find(({ name }) => name === recommended.name)?.command ?? '';
    context.output.result(
      comparison,
      () => `${renderComparison(comparison, columnsOf(process.stdout))}\nNext: ${printable(command)}`,
    );
  },
};

/** What a command line says of a comparison, as its schema takes it. */
export function compareInput(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { budget, models, ...rest } = options;
  return {
    ...rest,
    ...(budget === undefined ? {} : { budgetMs: parseDuration(budget as string, '--budget') }),
    ...(models === undefined ? {} : { models: (models as string[]).map(toWholePath) }),
  };
}

/** Shows what is done and what is being trained. */
export function followComparison({ output }: CommandContext) {
  const done: Contender[] = [];
  const said = new Set<string>();
  let head = '';
  const show = (note = ''): void => {
    const rows =
      done.length === 0
        ? []
        : stripVTControlCharacters(contenderTable(done, { columns: columnsOf(process.stderr) })).split('\n');
    output.progress([[head, note].filter(Boolean).join('  '), ...rows]);
  };
  return {
    onEntrant: (name: string, position: { done: number; total: number }) => {
      head = `${position.done + 1} of ${position.total}  ${name}`;
      show();
    },
    onContender: (contender: Contender) => {
      done.push(contender);
      show();
    },
    onProgress: (p: { stage: string; done: number; total?: number; note?: string }) =>
      show([p.stage, p.total ? `${p.done} of ${p.total}` : '', p.note ?? ''].filter(Boolean).join('  ')),
    // What is said of a backbone is said again for each head on it.
    onNotice: (text: string) => {
      if (!said.has(text)) output.notice(text);
      said.add(text);
    },
  };
}

export const columnsOf = (stream: { columns?: number }): number => stream.columns ?? 100;
