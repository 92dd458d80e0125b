/** @file `tintype augment`: variations of pictures as files. */
import type { AugmentReport } from '@tintype/contracts/augmentation';
import { TintypeError } from '@tintype/contracts/errors';
import type { CommandRecord } from '../command.ts';
import { counted, integer, printable, table } from '../format.ts';

export const augmentCommand: CommandRecord = {
  name: 'augment',
  summary: 'write variations of pictures to a folder, as training would see them',
  arguments: '<source>',
  options: [
    { flags: '--out <folder>', description: 'where the variations are written; nothing there is overwritten' },
    { flags: '--count <number>', description: 'variations of each picture', range: [1, 1000], default: 5 },
    {
      flags: '--policy <policy>',
      description: 'none, light, standard or strong, and what is different: standard,rotation.degrees=20,flip=off',
      default: 'standard',
    },
    {
      flags: '--seed <number>',
      description: 'equal seeds give equal variations',
      range: [0, Number.MAX_SAFE_INTEGER],
      default: 1,
    },
  ],
  examples: [
    'tintype augment ~/pictures --out ~/variations',
    'tintype augment photo.jpg --out variations --count 20 --policy strong,erasing=off --json',
  ],
  async run(context, [source = ''], options) {
    const [augmentation, { defaultPictureLimits }, { augmentPictures }, { openPictureSource }] = await Promise.all([
      import('@tintype/contracts/augmentation'),
      import('@tintype/contracts/picture'),
      import('@tintype/core/train/augment-pictures'),
      import('@tintype/adapters/sources/open-picture-source'),
    ]);
    if (options.out === undefined) {
      const problem = '--out FOLDER says where the variations are to be written.';
      throw new TintypeError('USAGE_INVALID', { problem, command: 'tintype augment' });
    }
    const policy = augmentation.resolvePolicy(augmentation.parseAugmentation(options.policy as string));
    await using pool = await context.openPool();
    const report = await augmentPictures(
      { pool, openSource: openPictureSource },
      {
        source,
        folder: options.out as string,
        count: options.count as number,
        policy,
        seed: options.seed as number,
        limits: defaultPictureLimits,
        signal: context.signal,
        onProgress: ({ pictures, written }) =>
          context.output.progress(`augment  ${counted(pictures, 'picture')}, ${integer(written)} written`),
      },
    );
    context.output.result(report, () => render(report));
    if (report.rejected === report.pictures) process.exitCode = 65;
  },
};

function render(report: AugmentReport): string {
  const shown = report.rejections.slice(0, 10);
  return [
    `${counted(report.written, 'variation')} of ${counted(report.pictures - report.rejected, 'picture')} in ${report.folder}` +
      ` (${integer(report.kept)} there already, ${counted(report.rejected, 'picture')} rejected).`,
    ...(shown.length > 0
      ? [
          '',
          table(
            ['rejected', 'why'],
            shown.map((row) => [printable(row.path), printable(row.detail)]),
          ),
        ]
      : []),
    ...(report.rejected > shown.length ? [`and ${integer(report.rejected - shown.length)} more`] : []),
  ].join('\n');
}
