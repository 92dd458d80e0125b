/** @file `tintype export dataset`: labels, and pictures or their pixels, for other tools. */
import { resolve } from 'node:path';
import { formatBytes } from '@tintype/contracts/errors';
import type { ExportFormat, ExportReport } from '@tintype/contracts/label-exchange';
import type { CommandRecord } from '../command.ts';
import { counted, integer, printable, table } from '../format.ts';

const formats: readonly ExportFormat[] = ['folder', 'csv', 'imagefolder', 'label-studio', 'npy', 'npz'];

export const exportDatasetCommand: CommandRecord = {
  name: 'export dataset',
  summary: 'write labeled pictures to a folder, for other tools',
  arguments: '<dir>',
  options: [
    {
      flags: '--format <format>',
      description:
        'folder: one for each class; csv; imagefolder: for Hugging Face; label-studio: JSON; npy, npz: pixels for NumPy',
      choices: formats,
      default: 'folder',
    },
    { flags: '--dataset <name>', description: 'which dataset (default: the only one)' },
    { flags: '--class <name>', description: 'only this class' },
    {
      flags: '--split <split>',
      description: 'only this split of the latest snapshot',
      choices: ['train', 'validation', 'test'],
    },
    { flags: '--labels-only', description: 'without the pictures (csv and label-studio)' },
    { flags: '--size <px>', description: 'side of the squares of npy and npz', range: [1, 4096], default: 224 },
  ],
  examples: [
    'tintype export dataset ./pictures',
    'tintype export dataset ./hf --format imagefolder --dataset scenes',
    'tintype export dataset ./arrays --format npz --size 96 --split train',
  ],
  async run(context, [dir = ''], options) {
    const [{ exportOptionsSchema }, { exportDataset }] = await Promise.all([
      import('@tintype/contracts/label-exchange'),
      import('@tintype/core/label/exchange/export-dataset'),
    ]);
    const request = exportOptionsSchema.parse({
      folder: resolve(dir),
      format: options.format,
      dataset: options.dataset,
      className: options.class,
      split: options.split,
      pictures: options.labelsOnly !== true,
      sizePx: options.size,
    });
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    const { catalog, store, config } = workspace;
    const report = await exportDataset(
      { catalog, store, pool },
      {
        ...request,
        limits: config.limits,
        signal: context.signal,
        onProgress: (done, total) => context.output.progress(`write  ${integer(done)} of ${integer(total)}`),
      },
    );
    context.output.result(report, () => render(report));
  },
};

function render({ folder, dataset, pictures, unlabeled, files, sizeBytes, classes, failed }: ExportReport): string {
  return [
    `Wrote ${counted(pictures, 'picture')} of dataset "${dataset}" to ${folder}: ${counted(files, 'file')}, ${formatBytes(sizeBytes)}.`,
    table(
      ['class', '>pictures'],
      Object.entries(classes).map(([name, count]) => [printable(name), integer(count)]),
    ),
    ...(unlabeled > 0
      ? [`${counted(unlabeled, 'picture')} without a label ${unlabeled === 1 ? 'is' : 'are'} left out.`]
      : []),
    ...(failed.length > 0
      ? [
          `${counted(failed.length, 'picture')} could not be decoded: ${failed
            .slice(0, 3)
            .map(({ name }) => printable(name))
            .join(', ')}`,
        ]
      : []),
  ].join('\n');
}
