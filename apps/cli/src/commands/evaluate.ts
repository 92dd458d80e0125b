/** @file `tintype evaluate`: how good a version is, on its test split or on a folder; or its answers for a whole dataset. */
import type { Evaluation } from '@tintype/contracts/evaluate';
import type { ScoreSummary } from '@tintype/contracts/evaluation-report';
import type { CommandRecord } from '../command.ts';
import { counted, duration, percent, percentWithInterval, printable, table } from '../format.ts';

export const evaluateCommand: CommandRecord = {
  name: 'evaluate',
  summary: 'measure a model version on its test split, or on a folder of class folders',
  arguments: '[model]',
  options: [
    { flags: '--on <folder>', description: 'a folder, .zip or .tar of labeled pictures instead of the test split' },
    {
      flags: '--labels <rule>',
      description: 'where the class of a picture of that folder comes from',
      choices: ['folder', 'filename'],
      default: 'folder',
    },
    {
      flags: '--score <dataset>',
      description: 'answer for every picture of a dataset instead, and keep the answers for slices and comparisons',
    },
  ],
  examples: [
    'tintype evaluate',
    'tintype evaluate scenes@3',
    'tintype evaluate scenes@champion --on ~/new-pictures --json',
    'tintype evaluate scenes@3 --score default',
  ],
  async run(context, [model], options) {
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    const [{ resolveVersion }, { openPictureSource }] = await Promise.all([
      import('@tintype/core/registry/resolve-version'),
      import('@tintype/adapters/sources/open-picture-source'),
    ]);
    const { catalog, store, clock, config } = workspace;
    const version = await resolveVersion({ catalog }, model);
    const needs = { catalog, store, clock, pool };
    const common = {
      limits: config.limits,
      signal: context.signal,
      onProgress: (done: number, total?: number) =>
        context.output.progress(`evaluate  ${done}${total ? ` of ${total}` : ''}`),
    };
    if (options.score !== undefined) {
      const [{ scoreDataset }, { resolveDataset }] = await Promise.all([
        import('@tintype/core/evaluate/score-dataset'),
        import('@tintype/core/catalog/catalog'),
      ]);
      const dataset = await resolveDataset(catalog, options.score as string);
      const summary = await scoreDataset(needs, version, { ...common, dataset });
      context.output.result(summary, () => renderScore(summary));
      return;
    }
    const evaluation =
      options.on === undefined
        ? await (await import('@tintype/core/evaluate/evaluate-version')).evaluateVersion(needs, version, common)
        : await (await import('@tintype/core/evaluate/evaluate-folder')).evaluateFolder(
            { ...needs, openSource: openPictureSource },
            version,
            { ...common, folder: options.on as string, labels: options.labels as 'folder' | 'filename' },
          );
    const shown = evaluation.mistakes.slice(0, 5);
    const isSampleId = /^s_[0-9a-f]{20}$/;
    const names = await Promise.all(
      shown.map(async ({ sample }) => (isSampleId.test(sample) ? (await catalog.samples.get(sample)).path : sample)),
    );
    context.output.result(evaluation, () => render(evaluation, names));
  },
};

const renderScore = ({ model, version, dataset, scored, known, rejected }: ScoreSummary): string =>
  `${printable(model)}@${version} answered for ${counted(scored, 'picture')} of ${printable(dataset)} (${known} known already, ${rejected} not readable).`;

function render(evaluation: Evaluation, mistakeNames: readonly string[]): string {
  const names = evaluation.classes.map((c) => printable(c.className));
  const share = (value: number | null): string => (value === null ? '-' : percent(value));
  return [
    `${printable(evaluation.model)}@${evaluation.version} on ${printable(evaluation.on)}: ${counted(evaluation.samples, 'picture')} in ${duration(evaluation.durationMs)}`,
    `accuracy ${percentWithInterval(evaluation.accuracy, evaluation.accuracyInterval)}, balanced ${percent(evaluation.balancedAccuracy)}, macro-F1 ${percent(evaluation.macroF1)}`,
    `calibration error ${percent(evaluation.calibration.before)} before, ${percent(evaluation.calibration.after)} after temperature ${evaluation.calibration.temperature.toFixed(2)}`,
    '',
    table(
      ['class', '>pictures', '>precision', '>recall', '>F1'],
      evaluation.classes.map((c, i) => [names[i] ?? '', c.support, share(c.precision), share(c.recall), share(c.f1)]),
    ),
    '',
    'confusion (rows: true class, columns: predicted)',
    table(
      ['', ...names.map((name) => `>${name}`)],
      evaluation.confusion.map((row, i) => [names[i] ?? '', ...row]),
    ),
    ...(evaluation.mistakes.length > 0
      ? [
          '',
          'most confident mistakes',
          table(
            ['picture', 'class', 'predicted', '>confidence'],
            evaluation.mistakes
              .slice(0, mistakeNames.length)
              .map((m, i) => [
                printable(mistakeNames[i] ?? m.sample),
                printable(m.className),
                printable(m.predicted),
                percent(m.confidence),
              ]),
          ),
        ]
      : []),
    ...renderRejected(evaluation.rejected ?? []),
  ].join('\n');
}

function renderRejected(rejected: NonNullable<Evaluation['rejected']>): string[] {
  if (rejected.length === 0) return [];
  const shown = rejected.slice(0, 5);
  const more = rejected.length - shown.length;
  return [
    '',
    `${counted(rejected.length, 'file')} not measured`,
    table(
      ['file', 'why'],
      shown.map((row) => [printable(row.path), printable(row.detail)]),
    ),
    ...(more > 0 ? [`and ${counted(more, 'more', 'more')}: --json lists them all`] : []),
  ];
}
