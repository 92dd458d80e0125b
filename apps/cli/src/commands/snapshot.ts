/** @file `tintype snapshot`: freezes samples, labels and splits. */
import type { Snapshot } from '@tintype/contracts/catalog';
import type { CommandRecord } from '../command.ts';
import { counted, integer, moment, printable, table } from '../format.ts';
import { trainingOptions } from './training-options.ts';

const create: CommandRecord = {
  name: 'snapshot',
  summary: 'freeze the labeled samples and divide them into train, validation and test',
  options: [...trainingOptions],
  examples: ['tintype snapshot', 'tintype snapshot --dataset scenes --seed 7'],
  async run(context, _args, options) {
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    const [{ createSnapshot }, { thumbnailSignature }, { snapshotOptionsSchema }] = await Promise.all([
      import('@tintype/core/catalog/snapshot'),
      import('@tintype/core/catalog/thumbnail-signature'),
      import('@tintype/contracts/catalog'),
    ]);
    const { dataset, without, seed } = options;
    const { catalog, store, clock, config } = workspace;
    const signature = thumbnailSignature({ store, pool }, { limits: config.limits, signal: context.signal });
    const request = snapshotOptionsSchema.parse({ dataset, without, seed });
    const snapshot = await createSnapshot({ catalog, store, clock, signature }, request);
    context.output.result(snapshot, () => render(snapshot));
  },
};

function render(snapshot: Snapshot): string {
  const { train, validation, test } = snapshot.counts;
  return [
    `${snapshot.id}: ${counted(train + validation + test, 'sample')} of "${snapshot.dataset}" in ${counted(snapshot.groups, 'group')}`,
    `train ${integer(train)}, validation ${integer(validation)}, test ${integer(test)}; no group of near-duplicates spans two of them`,
    table(
      ['class', '>samples'],
      Object.entries(snapshot.classCounts).map(([name, samples]) => [printable(name), integer(samples)]),
    ),
    `Next: tintype train --snapshot ${snapshot.id}`,
  ].join('\n');
}

const list: CommandRecord = {
  name: 'snapshot list',
  summary: 'snapshots, newest first',
  options: [{ flags: '--dataset <name>', description: 'only this dataset' }],
  examples: ['tintype snapshot list'],
  async run(context, _args, options) {
    await using workspace = await context.openWorkspace();
    const { resolveDataset } = await import('@tintype/core/catalog/catalog');
    const named = options.dataset as string | undefined;
    const dataset = named === undefined ? undefined : await resolveDataset(workspace.catalog, named);
    const snapshots = await workspace.catalog.snapshots.list(dataset);
    context.output.result({ items: snapshots }, () =>
      snapshots.length === 0
        ? 'No snapshot yet.\nNext: tintype snapshot'
        : table(
            ['snapshot', 'dataset', '>train', '>validation', '>test', '>classes', 'made'],
            snapshots.map((s) => [
              s.id,
              s.dataset,
              integer(s.counts.train),
              integer(s.counts.validation),
              integer(s.counts.test),
              s.classes.length,
              moment(s.createdAt),
            ]),
          ),
    );
  },
};

export const snapshotCommands: readonly CommandRecord[] = [create, list];
