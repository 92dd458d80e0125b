/** @file `tintype tune`: searches models and hyperparameters within a time and registers the best. */
import { availableParallelism } from 'node:os';
import { TintypeError } from '@tintype/contracts/errors';
import type { PrunerKind, SamplerKind, StudyReport, TuneMetric, TuneSummary } from '@tintype/contracts/tune';
import type { StudyState } from '@tintype/core/tune/tune-models';
import type { CommandContext, CommandRecord } from '../command.ts';
import { counted, duration, moment, percent, percentWithInterval, printable, table } from '../format.ts';
import { parseDuration } from '../parse-duration.ts';
import { countTrials, rankTrials, renderLiveStudy, settingsText, trialHeaders, trialRow } from '../study-lines.ts';
import { toWholePath } from '../to-whole-path.ts';
import { gateOption, trainingOptions } from './training-options.ts';

const metrics: readonly TuneMetric[] = ['accuracy', 'balanced-accuracy', 'macro-f1'];
const samplers: readonly SamplerKind[] = ['tpe', 'random', 'grid'];
const pruners: readonly PrunerKind[] = ['asha', 'none'];
const redrawEveryMs = 250;

const tune: CommandRecord = {
  name: 'tune',
  summary: 'search models and hyperparameters within a time, and register the best',
  options: [
    { flags: '--budget <time>', description: 'time for all of it, such as 90s, 20m or 1.5h (default: 10m)' },
    {
      flags: '--models <name...>',
      description:
        'models to choose from: histograms, pixels[:SIZE], FILE.onnx or hub:ORG/REPO[@REVISION] with every head; FILE.onnx+all or FILE.onnx+last:K fine-tuned; an architecture from scratch (default: histograms)',
    },
    {
      flags: '--jobs <number>',
      description: 'trials at once; the cores are divided among them',
      range: [1, 256],
      default: 1,
    },
    { flags: '--trials <number>', description: 'trials at most', range: [1, 100_000] },
    { flags: '--metric <name>', description: 'what is to be large', choices: metrics, default: 'accuracy' },
    { flags: '--sampler <kind>', description: 'how settings are suggested', choices: samplers, default: 'tpe' },
    {
      flags: '--pruner <kind>',
      description: 'how trials that fall behind are ended early',
      choices: pruners,
      default: 'asha',
    },
    { flags: '--study <name>', description: 'name of the study (default: the dataset and a number)' },
    { flags: '--resume', description: 'go on with that study, or with the last one' },
    ...trainingOptions,
    gateOption,
    { flags: '--snapshot <id>', description: 'tune on this snapshot instead of a new one' },
    { flags: '--model <name>', description: 'name to register the winner under (default: the dataset)' },
    {
      flags: '--promote <rule>',
      description: 'move the champion alias',
      choices: ['auto', 'always', 'never'],
      default: 'auto',
    },
  ],
  examples: [
    'tintype tune --budget 10m',
    'tintype tune --budget 20m --models histograms mobilenetv2.onnx --jobs 2',
    'tintype tune --study scenes-1 --resume --budget 5m',
  ],
  async run(context, _args, options) {
    const [{ tuneOptionsSchema }, { tuneModels }] = await Promise.all([
      import('@tintype/contracts/tune'),
      import('@tintype/core/tune/tune-models'),
    ]);
    const { budget, gate: gates, ...rest } = options;
    const request = tuneOptionsSchema.parse({
      ...rest,
      gates,
      ...(budget === undefined ? {} : { budgetMs: parseDuration(budget as string, '--budget') }),
      ...(options.models === undefined ? {} : { models: (options.models as string[]).map(toWholePath) }),
    });
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    await using trialPool = await context.openTrialPool(request.jobs);
    const { catalog, store, hub, clock, config, runFolders } = workspace;
    const trainer = await context.openTrainer();
    using board = openBoard(context, () => clock.now());
    const { summary, registration } = await tuneModels(
      { catalog, store, hub, clock, pool, trialPool, trainer, runFolders },
      {
        ...request,
        by: 'cli',
        cores: availableParallelism(),
        promote: options.promote as 'auto' | 'always' | 'never',
        limits: config.limits,
        signal: context.signal,
        onStudy: board.show,
        onProgress: (p) =>
          board.say([p.stage, p.total ? `${p.done} of ${p.total}` : '', p.note ?? ''].filter(Boolean).join('  ')),
        onNotice: (text) => context.output.notice(text),
      },
    );
    board[Symbol.dispose]();
    context.output.result(summary, () => render(summary, registration.promotion));
  },
};

interface Board extends Disposable {
  show: (state: StudyState) => void;
  /** A line instead, until the study changes again. */
  say: (line: string) => void;
}

/** Redraws by itself, so that the time goes on while a trial runs. */
function openBoard({ output }: CommandContext, now: () => number): Board {
  let state: StudyState | undefined;
  const draw = (): void => {
    if (state) output.progress(renderLiveStudy({ ...state, spentMs: state.spentMs(), now: now() }));
  };
  const timer = setInterval(draw, redrawEveryMs);
  return {
    show: (next) => {
      state = next;
    },
    say: (line) => {
      state = undefined;
      output.progress(line);
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

const ends: Record<NonNullable<TuneSummary['endedBecause']>, string> = {
  budget: 'the budget was used up',
  exhausted: 'nothing new was left to try',
  trials: 'all trials asked for were made',
};

function render(summary: TuneSummary, promotion: string): string {
  const { best, winner, trials, metric, scoring } = summary;
  const value = best.interval ? percentWithInterval(best.value, best.interval) : percent(best.value);
  const total = trials.complete + trials.pruned + trials.failed;
  return [
    `${printable(summary.study)}: ${counted(total, 'trial')} in ${duration(summary.durationMs)} (${trials.complete} complete, ${trials.pruned} pruned, ${trials.failed} failed); ${ends[summary.endedBecause ?? 'trials']}`,
    `best: trial ${best.number}, ${printable(settingsText(best.settings))}, ${metric} ${value} on ${scoring}`,
    `${printable(winner.model)}@${winner.version}: accuracy ${percentWithInterval(winner.accuracy, winner.accuracyInterval)} on the test split of ${summary.snapshot}, which no trial saw`,
    promotion,
    `The same again: ${printable(best.command)}`,
    `Next: tintype tune show ${printable(summary.study)}`,
  ].join('\n');
}

const list: CommandRecord = {
  name: 'tune list',
  summary: 'studies, newest first',
  options: [],
  examples: ['tintype tune list'],
  async run(context) {
    await using workspace = await context.openWorkspace();
    const { studies } = workspace.catalog;
    const all = await studies.list();
    const trials = await Promise.all(all.map(({ name }) => studies.listTrials(name)));
    context.output.result({ items: all }, () =>
      all.length === 0
        ? 'No study yet.\nNext: tintype tune'
        : table(
            ['study', 'dataset', '>best', 'trials', '>time', 'made'],
            all.map((study, n) => {
              const [best] = rankTrials(trials[n] ?? []);
              return [
                printable(study.name),
                printable(study.dataset),
                best ? percent(best.value as number) : '-',
                countTrials(trials[n] ?? []),
                `${duration(study.spentMs)} of ${duration(study.budgetMs)}`,
                moment(study.createdAt),
              ];
            }),
          ),
    );
  },
};

const show: CommandRecord = {
  name: 'tune show',
  summary: 'trials of a study, the best first, and which parameters mattered',
  arguments: '[study]',
  options: [{ flags: '--limit <number>', description: 'trials to show', range: [1, 100_000], default: 10 }],
  examples: ['tintype tune show', 'tintype tune show scenes-1 --json'],
  async run(context, [named], options) {
    await using workspace = await context.openWorkspace();
    const { studies } = workspace.catalog;
    const study = named === undefined ? (await studies.list())[0] : await studies.get(named);
    if (!study) throw new TintypeError('STUDY_NOT_FOUND', { study: '', known: [] });
    const { reportStudy } = await import('@tintype/core/tune/study-report');
    const report = reportStudy(study, await studies.listTrials(study.name));
    context.output.result(report, () => renderReport(report, options.limit as number));
  },
};

function renderReport({ study, trials, importance }: StudyReport, limit: number): string {
  const shown = rankTrials(trials).slice(0, limit);
  const [best] = shown;
  const command = trials.find(({ number }) => number === best?.number)?.command;
  return [
    `${printable(study.name)}: ${countTrials(trials)}, ${duration(study.spentMs)} of ${duration(study.budgetMs)}, on ${study.snapshot}`,
    ...(shown.length > 0
      ? [
          '',
          table(
            trialHeaders(study),
            shown.map((trial) => trialRow(trial, trial.startedAt).map(printableCell)),
          ),
        ]
      : []),
    ...(importance.length > 0
      ? [
          '',
          table(
            ['parameter', '>share of what mattered'],
            importance.map(({ parameter, share }) => [parameter, percent(share)]),
          ),
        ]
      : []),
    ...(command === undefined ? [] : ['', `Trains the best again: ${printable(command)}`]),
  ].join('\n');
}

const printableCell = (cell: string | number): string | number => (typeof cell === 'string' ? printable(cell) : cell);

export const tuneCommands: readonly CommandRecord[] = [tune, list, show];
