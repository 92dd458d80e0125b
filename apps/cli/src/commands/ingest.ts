/** @file `tintype ingest`: takes pictures in. */

import type { IngestReport, LabelRule } from '@tintype/contracts/ingest';
import type { CommandRecord } from '../command.ts';
import { counted, duration, integer, printable, table } from '../format.ts';

const labelRules: readonly LabelRule[] = ['folder', 'filename', 'none'];

export const ingestCommand: CommandRecord = {
  name: 'ingest',
  summary:
    'take in pictures from folders, files, .zip, .tar, .tar.gz, buckets, and archives in buckets and at addresses',
  arguments: '<source...>',
  options: [
    {
      flags: '--labels <rule>',
      description: 'where the class of a picture comes from',
      choices: labelRules,
      default: 'folder',
    },
    { flags: '--dataset <name>', description: 'dataset to add to', default: 'default' },
    { flags: '--annotator <name>', description: 'who the labels are recorded under', default: 'ingest' },
    { flags: '--move', description: 'delete each original once its copy and its row are durable' },
  ],
  examples: [
    'tintype ingest ~/pictures --labels folder',
    'tintype ingest portraits.zip --labels filename --dataset portraits',
    'tintype ingest ~/new --labels none --json',
    'tintype ingest s3://photos/incoming --dataset photos',
    'tintype ingest s3://photos/set.zip https://example.org/more.tar.gz',
  ],
  async run(context, sources, options) {
    const [{ ingestOptionsSchema }, { ingestPictures }, { createSourceOpener }, { openPictureFetcher }] =
      await Promise.all([
        import('@tintype/contracts/ingest'),
        import('@tintype/core/ingest/ingest-pictures'),
        import('@tintype/adapters/sources/open-bucket-source'),
        import('@tintype/adapters/fetch/open-picture-fetcher'),
      ]);
    const { dataset, labels, annotator, move } = options;
    const request = ingestOptionsSchema.parse({ sources, dataset, labels, annotator, move });
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    // Its process starts when the first address is asked.
    await using fetcher = openPictureFetcher();
    const report = await ingestPictures(
      {
        catalog: workspace.catalog,
        store: workspace.store,
        clock: workspace.clock,
        pool,
        openSource: createSourceOpener(workspace.config, { fetcher }),
      },
      {
        ...request,
        limits: workspace.config.limits,
        signal: context.signal,
        onProgress: (p) =>
          context.output.progress(
            `ingest  ${counted(p.seen, 'file')}, ${integer(p.added)} new, ${integer(p.rejected)} rejected, ${Math.round(p.picturesPerSecond)} per second`,
          ),
      },
    );
    context.output.result(report, () => render(report));
  },
};

function render(report: IngestReport): string {
  const lines = [
    `${counted(report.added, 'new picture')} in dataset "${report.dataset}" from ${counted(report.seen, 'file')} in ${duration(report.durationMs)}` +
      ` (${counted(report.known, 'known already', 'known already')}, ${counted(report.duplicates, 'exact duplicate')}, ${integer(report.rejected)} rejected).`,
  ];
  const classes = Object.entries(report.classes);
  const unlabeled = report.added - classes.reduce((sum, [, samples]) => sum + samples, 0);
  if (classes.length > 0)
    lines.push(
      '',
      table(
        ['class', '>pictures'],
        [
          ...classes.map(([name, samples]) => [printable(name), integer(samples)]),
          ...(unlabeled > 0 ? [['(no class)', integer(unlabeled)]] : []),
        ],
      ),
    );
  else if (unlabeled > 0) lines.push('', `None of the new pictures has a class.`);
  if (report.labelDisagreements > 0) {
    lines.push(
      '',
      `${counted(report.labelDisagreements, 'exact duplicate')} with different classes; see: tintype catalog issues`,
    );
  }
  if (report.rejections.length > 0) {
    const shown = report.rejections.slice(0, 10);
    lines.push(
      '',
      table(
        ['rejected', 'why'],
        shown.map((row) => [printable(row.path), printable(row.detail)]),
      ),
    );
    if (report.rejected > shown.length)
      lines.push(`and ${integer(report.rejected - shown.length)} more: tintype catalog issues`);
  }
  if (report.added === 0 && report.known > 0) {
    lines.push(
      '',
      'A picture that is known keeps its class; to take the pictures with other classes, name another --dataset.',
    );
  }
  if (classes.length > 0 || report.known > 0) lines.push('', 'Next: tintype train');
  else if (unlabeled > 0) lines.push('', 'Next: tintype start, then Label on its page; or tintype import labels FILE');
  return lines.join('\n');
}
