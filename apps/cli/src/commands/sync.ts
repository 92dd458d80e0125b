/** @file `tintype sync`: a dataset follows a bucket. */

import type { SyncReport } from '@tintype/contracts/sync';
import type { Bucket } from '@tintype/core/ports/bucket';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { CommandContext, CommandRecord } from '../command.ts';
import { counted, duration, integer, printable, table } from '../format.ts';
import { isWatching, watchBucket, watchOptions } from '../watch-bucket.ts';

const labelRules = ['folder', 'filename', 'metadata', 'none'] as const;
const metadataFile = 'metadata.csv';

export const syncCommand: CommandRecord = {
  name: 'sync',
  summary: 'make a dataset follow a bucket: new, changed and deleted objects',
  arguments: '<bucket>',
  options: [
    {
      flags: '--labels <rule>',
      description: `where the class of a picture comes from; metadata: a ${metadataFile} with the columns file_name and label`,
      choices: labelRules,
      default: 'folder',
    },
    { flags: '--dataset <name>', description: 'dataset that follows the bucket', default: 'default' },
    { flags: '--annotator <name>', description: 'who labels and deletions are recorded under', default: 'sync' },
    {
      flags: '--allow-empty',
      description: 'believe a listing without any object, and move every sample of it to the trash',
    },
    ...watchOptions(60),
  ],
  examples: [
    'tintype sync s3://photos/incoming --dataset photos',
    'tintype sync s3://photos/labeled --labels metadata --json',
    'tintype sync s3://photos/incoming --watch --every 300',
    'tintype sync gs://photos/incoming --subscription projects/photos/subscriptions/incoming',
  ],
  async run(context, [place = ''], options) {
    const { parseCloudAddress } = await import('@tintype/adapters/sources/open-bucket-source');
    const address = parseCloudAddress(place);
    const { openBucket } = await import('@tintype/adapters/buckets/open-bucket');
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    const bucket = await openBucket(address, workspace.config);
    const look = async (keys?: readonly string[]): Promise<void> => {
      const report = await syncOnce(context, { workspace, pool, bucket, ...(keys ? { keys } : {}) }, options);
      const isIdle = report.listed - report.unchanged + report.deleted === 0;
      if (!isIdle || !isWatching(options)) context.output.result(report, () => render(report));
    };
    await watchBucket(context, { address, workspace, look }, options);
  },
};

interface Opened {
  workspace: Workspace;
  pool: Awaited<ReturnType<CommandContext['openPool']>>;
  bucket: Bucket;
  /** Only these are looked at. */
  keys?: readonly string[];
}

async function syncOnce(
  context: CommandContext,
  { workspace, pool, bucket, keys }: Opened,
  options: Readonly<Record<string, unknown>>,
): Promise<SyncReport> {
  const [{ ingestOptionsSchema }, { syncSource }, { holdAlone }, { openBucketSource }] = await Promise.all([
    import('@tintype/contracts/ingest'),
    import('@tintype/core/ingest/sync-source'),
    import('@tintype/core/ingest/hold-alone'),
    import('@tintype/adapters/sources/open-bucket-source'),
  ]);
  const isByTable = options.labels === 'metadata';
  const { dataset, labels, annotator } = ingestOptionsSchema.parse({
    sources: [bucket.location],
    dataset: options.dataset,
    labels: isByTable ? 'none' : options.labels,
    annotator: options.annotator,
  });
  const classes = isByTable ? await readClasses(bucket) : undefined;
  const { catalog, store, clock, config } = workspace;
  const source = openBucketSource(bucket, { ...config.limits, ...(keys ? { keys } : {}) });
  const sync = (signal: AbortSignal): Promise<SyncReport> =>
    syncSource(
      { catalog, store, clock, pool, source },
      {
        dataset,
        labels,
        annotator,
        limits: config.limits,
        allowsEmpty: options.allowEmpty === true,
        ...(keys ? { paths: keys } : {}),
        signal,
        ...(classes ? { classOf: (path: string) => classes.get(path) } : {}),
        onProgress: (p) =>
          context.output.progress(
            `sync  ${counted(p.listed, 'object')}, ${integer(p.unchanged)} unchanged, ${integer(p.added)} new, ${integer(p.changed)} changed, ${integer(p.deleted)} deleted, ${integer(p.rejected)} rejected`,
          ),
      },
    );
  // Those who look where notifications say share them.
  if (keys) return sync(context.signal);
  return holdAlone(workspace, { place: bucket.location, dataset, signal: context.signal }, sync);
}

/** Class by key. Throws USAGE_INVALID where the table has no such columns. */
async function readClasses(bucket: Bucket): Promise<ReadonlyMap<string, string>> {
  const [{ readCsvLabels }, { TintypeError }] = await Promise.all([
    import('@tintype/core/label/exchange/read-table'),
    import('@tintype/contracts/errors'),
  ]);
  const written = readCsvLabels({ path: metadataFile, bytes: await bucket.get(metadataFile) });
  if (written) return new Map(written.labels.map(({ name, className }) => [name.replace(/^\.\//, ''), className]));
  const problem = `${bucket.location}${metadataFile} has no columns file_name and label.`;
  throw new TintypeError('USAGE_INVALID', { problem, command: 'tintype sync' });
}

function render(report: SyncReport): string {
  const lines = [
    `"${report.dataset}" follows ${printable(report.location)}: ${counted(report.listed, 'object')} in ${duration(report.durationMs)}.`,
    '',
    table(
      ['objects', '>count'],
      [
        ['unchanged', integer(report.unchanged)],
        ['new', integer(report.added)],
        ['changed', integer(report.changed)],
        ['deleted', integer(report.deleted)],
        ['back again', integer(report.returned)],
        ['exact duplicates', integer(report.duplicates)],
        ['rejected', integer(report.rejected)],
      ],
    ),
  ];
  if (report.trashed > 0)
    lines.push(
      '',
      `${counted(report.trashed, 'sample')} moved to the trash with their labels: no object is them any more.`,
    );
  if (report.changed > 0)
    lines.push('', 'Changed pictures kept the labels of their earlier versions; look at them: tintype catalog issues');
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
  return lines.join('\n');
}
