/** @file `tintype drop`: takes in what is put into the drop zone, and empties it. */
import type { DropReport } from '@tintype/contracts/drop';
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureFormat } from '@tintype/contracts/picture';
import type { CloudAddress } from '@tintype/contracts/store-address';
import type { CommandRecord } from '../command.ts';
import { counted, duration, integer, printable, table } from '../format.ts';
import { isWatching, watchBucket, watchOptions } from '../watch-bucket.ts';

const refusalsFolder = 'rejected/';
/** Total by type; the list of the contracts would load schemas for a help page. */
const pictureFormats = Object.keys({
  jpeg: true,
  png: true,
  webp: true,
  gif: true,
  tiff: true,
  avif: true,
  heic: true,
} satisfies Record<PictureFormat, true>);

export const dropCommand: CommandRecord = {
  name: 'drop',
  summary: 'take in what is put into a drop zone in a bucket, and empty it',
  arguments: '[bucket]',
  options: [
    {
      flags: '--labels <rule>',
      description: 'where the class of a picture comes from',
      choices: ['folder', 'filename', 'none'],
      default: 'none',
    },
    { flags: '--dataset <name>', description: 'dataset to add to', default: 'default' },
    { flags: '--annotator <name>', description: 'who the labels are recorded under', default: 'drop' },
    {
      flags: '--formats <format...>',
      description: `formats that are taken, of ${pictureFormats.join(', ')} (default: jpeg png)`,
      choices: pictureFormats,
    },
    {
      flags: '--npy <pixels>',
      description: 'keep numpy/HASH.npy too, squashed to a square of this side',
      range: [1, 4096],
    },
    ...watchOptions(10),
  ],
  examples: [
    'tintype drop s3://photos/upload --dataset photos',
    'tintype drop --watch --npy 224',
    'tintype drop s3://photos/upload --queue https://sqs.eu-west-1.amazonaws.com/123456789012/uploads',
    'tintype drop s3://photos/upload --formats jpeg png webp --labels filename',
  ],
  async run(context, [place], options) {
    await using workspace = await context.openWorkspace();
    const address = await findZone(place, workspace.config.store);
    const [{ openBucket }, { openBucketSource }, { sweepDropZone }, { ingestOptionsSchema }] = await Promise.all([
      import('@tintype/adapters/buckets/open-bucket'),
      import('@tintype/adapters/sources/open-bucket-source'),
      import('@tintype/core/ingest/sweep-drop-zone'),
      import('@tintype/contracts/ingest'),
    ]);
    await using pool = await context.openPool(workspace);
    const { catalog, store, clock, config } = workspace;
    const zone = await openBucket(address, config);
    const needs = {
      catalog,
      store,
      clock,
      pool,
      zone,
      refusals: await openBucket(besideZone(address), config),
    };
    const { dataset, labels, annotator, formats = ['jpeg', 'png'], npy } = options;
    const request = {
      ...ingestOptionsSchema.parse({ sources: [zone.location], dataset, labels, annotator }),
      formats: formats as PictureFormat[],
      limits: config.limits,
      signal: context.signal,
      ...(npy === undefined ? {} : { npySidePx: Number(npy) }),
    };
    const look = async (keys?: readonly string[]): Promise<void> => {
      const where = { bytes: config.limits.bytes, offersAll: true, ...(keys ? { keys } : {}) };
      const report = await sweepDropZone({ ...needs, source: openBucketSource(zone, where) }, request);
      if (report.seen > 0 || !isWatching(options)) context.output.result(report, () => render(report));
    };
    await watchBucket(context, { address, workspace, look }, options);
  },
};

/** The address that is named, else `upload/` in the bucket that the workspace keeps its bytes in. Throws USAGE_INVALID. */
async function findZone(place: string | undefined, store: string): Promise<CloudAddress> {
  const { findStoreAddress } = await import('@tintype/contracts/store-address');
  const address = findStoreAddress(place ?? store);
  if (!address || address.scheme === 'file' || (place !== undefined && address.prefix === '')) {
    const problem = 'Name a drop zone: a folder in a bucket, such as s3://BUCKET/upload.';
    throw new TintypeError('USAGE_INVALID', { problem, command: 'tintype drop' });
  }
  return place === undefined ? { ...address, prefix: `${address.prefix}upload/` } : address;
}

/** `photos/upload/` -> `photos/rejected/` */
function besideZone(address: CloudAddress): CloudAddress {
  return { ...address, prefix: address.prefix.replace(/[^/]+\/$/, refusalsFolder) };
}

function render(report: DropReport): string {
  const lines = [
    `${counted(report.added, 'new picture')} in dataset "${report.dataset}" from ${printable(report.location)} in ${duration(report.durationMs)}` +
      ` (${counted(report.duplicates, 'exact duplicate')}, ${integer(report.rejected)} rejected).`,
  ];
  if (report.rejections.length > 0) {
    const rows = report.rejections.slice(0, 10).map((row) => [printable(row.path), printable(row.detail)]);
    lines.push(
      '',
      table(['rejected', 'why'], rows),
      `They are in ${refusalsFolder} beside the drop zone, each with its reason.`,
    );
  }
  return lines.join('\n');
}
