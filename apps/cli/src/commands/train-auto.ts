/** @file `tintype train --auto`: the comparison, and its winner registered. */
import type { CommandContext } from '../command.ts';
import { renderComparison } from '../comparison-lines.ts';
import { percentWithInterval, printable } from '../format.ts';
import { columnsOf, compareInput, followComparison } from './compare.ts';

const usualBudget = '10m';
/** What needs no weights. */
const builtIn = ['histograms', 'pixels'];

export async function trainBestModel(
  context: CommandContext,
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  const [{ compareOptionsSchema }, { trainBest }] = await Promise.all([
    import('@tintype/contracts/compare'),
    import('@tintype/core/tune/train-best'),
  ]);
  const models = [...new Set([...builtIn, options.backbone as string])];
  const request = compareOptionsSchema.parse(
    compareInput({ ...options, budget: options.budget ?? usualBudget, models, gates: options.gate }),
  );
  const model = options.model as string | undefined;
  await using workspace = await context.openWorkspace();
  await using pool = await context.openPool(workspace);
  const { catalog, store, hub, clock, config, runFolders } = workspace;
  const trainer = await context.openTrainer();
  const { comparison, registration } = await trainBest(
    { catalog, store, hub, clock, pool, trainer, runFolders },
    {
      ...request,
      by: 'cli',
      promote: options.promote as 'auto' | 'always' | 'never',
      ...(model === undefined ? {} : { model }),
      limits: config.limits,
      signal: context.signal,
      ...followComparison(context),
    },
  );
  const { summary, promotion } = registration;
  context.output.result({ ...summary, comparison }, () =>
    [
      renderComparison(comparison, columnsOf(process.stdout)),
      '',
      `${printable(summary.model)}@${summary.version}: accuracy ${percentWithInterval(summary.accuracy, summary.accuracyInterval)} on the test split`,
      promotion,
      'Next: tintype evaluate, tintype predict FILE, tintype serve',
    ].join('\n'),
  );
}
