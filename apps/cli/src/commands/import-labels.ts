/** @file `tintype import labels`: labels, and pictures with them, from other tools. */
import type { ImportFormat, ImportReport } from '@tintype/contracts/label-exchange';
import type { CommandRecord } from '../command.ts';
import { counted, integer, printable, table } from '../format.ts';

const formats: readonly ImportFormat[] = [
  'label-studio',
  'custom-vision',
  'coco',
  'cvat',
  'imagefolder',
  'csv',
  'npz',
  'teachable-machine',
  'folder',
];

const group: CommandRecord = {
  name: 'import',
  summary: 'bring labels in from other tools: import labels',
  options: [],
  examples: ['tintype import'],
  async run(context) {
    context.output.result({ formats }, () => `Formats: ${formats.join(', ')}\nNext: tintype import labels SOURCE`);
  },
};

const labels: CommandRecord = {
  name: 'import labels',
  summary: 'labels of another tool, and the pictures that come along',
  arguments: '<source>',
  options: [
    {
      flags: '--format <format>',
      description: 'what the source was written by (default: found out)',
      choices: formats,
    },
    { flags: '--dataset <name>', description: 'dataset of the pictures', default: 'default' },
    { flags: '--pictures <source>', description: 'folder or archive of the pictures, where the source holds none' },
    {
      flags: '--annotator <name>',
      description: 'who labels are recorded under where the source does not say',
      default: 'import',
    },
  ],
  examples: [
    'tintype import labels project-12.json --pictures ~/media',
    'tintype import labels cvat-export.zip --dataset scenes',
    'tintype import labels labels.csv --annotator ada',
  ],
  async run(context, [source = ''], options) {
    const [{ importOptionsSchema }, { importLabels }, { openLabelFiles, openPictureSource }] = await Promise.all([
      import('@tintype/contracts/label-exchange'),
      import('@tintype/core/label/exchange/import-labels'),
      import('@tintype/adapters/sources/open-picture-source'),
    ]);
    const { format, dataset, pictures, annotator } = options;
    const request = importOptionsSchema.parse({ source, format, dataset, pictures, annotator });
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    const { catalog, store, clock, config } = workspace;
    const report = await importLabels(
      { catalog, store, clock, pool, openSource: openPictureSource, openLabelFiles },
      {
        ...request,
        limits: config.limits,
        signal: context.signal,
        onProgress: ({ seen, added }) =>
          context.output.progress(`pictures  ${counted(seen, 'file')}, ${integer(added)} new`),
      },
    );
    context.output.result(report, () => render(report));
  },
};

export const importCommands: readonly CommandRecord[] = [group, labels];

function render(report: ImportReport): string {
  const { ingest, dataset, format, read, labeled, unchanged, opinions, skipped } = report;
  const lines = [
    ...(ingest
      ? [`${counted(ingest.added, 'new picture')} in dataset "${dataset}" (${integer(ingest.rejected)} rejected).`]
      : []),
    `${counted(read, 'label')} read as ${format}: ${counted(labeled, 'picture')} labeled, ${integer(unchanged)} as before` +
      `${opinions > 0 ? `, ${counted(opinions, 'further opinion')}` : ''}.`,
  ];
  const classes = Object.entries(report.classes);
  if (classes.length > 0)
    lines.push(
      '',
      table(
        ['class', '>labels'],
        classes.map(([name, count]) => [printable(name), integer(count)]),
      ),
    );
  if (skipped > 0) {
    const shown = report.reasons.slice(0, 10);
    lines.push(
      '',
      table(
        ['not taken', 'why'],
        shown.map(({ name, reason }) => [printable(name), printable(reason)]),
      ),
    );
    if (skipped > shown.length) lines.push(`and ${integer(skipped - shown.length)} more; --json lists the first 100`);
  }
  lines.push('', labeled + unchanged > 0 ? 'Next: tintype train' : 'Next: tintype catalog list');
  return lines.join('\n');
}
