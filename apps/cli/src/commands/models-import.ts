/** @file `tintype models import`: a model of Keras or Teachable Machine becomes a version. */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { CommandContext, CommandRecord } from '../command.ts';
import { counted, percentWithInterval, printable } from '../format.ts';

const pixelRanges = ['-1..1', '0..1', '0..255', 'torch', 'caffe'];
const fits = ['squash', 'crop', 'letterbox'];

export const importCommand: CommandRecord = {
  name: 'models import',
  summary: 'register a model made with Keras or Teachable Machine',
  arguments: '<file>',
  options: [
    { flags: '--labels <file>', description: 'class names: one a line, CSV or JSON (default: those beside the model)' },
    { flags: '--model <name>', description: 'name to register under (default: the name of the file)' },
    { flags: '--size <px>', description: 'side of the pictures, for a model that takes any', range: [8, 4096] },
    {
      flags: '--pixels <range>',
      description: 'numbers it was trained on (default: 0..255 if it scales them itself, else -1..1)',
      choices: pixelRanges,
    },
    { flags: '--fit <how>', description: 'how pictures are brought to its size (default: squash)', choices: fits },
    { flags: '--evaluate <dataset>', description: 'measure it on the test split of a new snapshot of this dataset' },
    {
      flags: '--seed <number>',
      description: 'seed of that split',
      range: [0, Number.MAX_SAFE_INTEGER],
      default: 1,
    },
  ],
  examples: [
    'tintype models import converted_keras.zip --model cups',
    'tintype models import model.keras --labels labels.csv --pixels 0..1 --evaluate scenes',
  ],
  async run(context, [file = ''], options) {
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    const [{ importModel }, { nameSchema }] = await Promise.all([
      import('@tintype/core/registry/import-model'),
      import('@tintype/contracts/ids'),
    ]);
    const { catalog, store, clock, config } = workspace;
    const labels = options.labels === undefined ? {} : { labels: await readLabels(options.labels as string) };
    const snapshot = await findSnapshot(context, { workspace, pool, options });
    const { version, promotion } = await importModel(
      { catalog, store, clock, pool },
      {
        path: resolve(file),
        ...labels,
        ...(options.model === undefined ? {} : { model: nameSchema.parse(options.model) }),
        ...(options.size === undefined ? {} : { sizePx: Number(options.size) }),
        ...(options.pixels === undefined ? {} : { pixels: options.pixels as 'torch' }),
        ...(options.fit === undefined ? {} : { fit: options.fit as 'crop' }),
        ...(snapshot ? { snapshot } : {}),
        by: 'cli',
        limits: config.limits,
        signal: context.signal,
        onNotice: (text) => context.output.notice(text),
      },
    );
    const { accuracy, accuracyInterval } = version;
    context.output.result({ ...version, promotion }, () =>
      [
        `${printable(version.model)}@${version.version}: ${counted(version.classes.length, 'class', 'classes')}, imported from ${printable(basename(file))}`,
        accuracy === null || accuracyInterval === null
          ? 'not measured: what it was trained on is not known here'
          : `accuracy ${percentWithInterval(accuracy, accuracyInterval)} on the test split of ${version.snapshot}`,
        promotion,
        accuracy === null
          ? `Next: tintype predict FILE --model ${version.model}@${version.version}, tintype evaluate ${version.model}@${version.version} --on FOLDER`
          : `Next: tintype predict FILE --model ${version.model}@${version.version}, tintype evaluate ${version.model}@${version.version}`,
      ].join('\n'),
    );
  },
};

async function readLabels(path: string): Promise<{ file: string; text: string }> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const problem = `${path} cannot be read (${error.code}); --labels names a file.`;
    throw new TintypeError('USAGE_INVALID', { problem, command: 'tintype models import' }, { cause: error });
  });
  return { file: basename(path), text };
}

interface Opened {
  workspace: Awaited<ReturnType<CommandContext['openWorkspace']>>;
  pool: Awaited<ReturnType<CommandContext['openPool']>>;
  options: Readonly<Record<string, unknown>>;
}

async function findSnapshot(context: CommandContext, { workspace, pool, options }: Opened) {
  if (options.evaluate === undefined) return undefined;
  const [{ createSnapshot }, { thumbnailSignature }, { snapshotOptionsSchema }] = await Promise.all([
    import('@tintype/core/catalog/snapshot'),
    import('@tintype/core/catalog/thumbnail-signature'),
    import('@tintype/contracts/catalog'),
  ]);
  const { catalog, store, clock, config } = workspace;
  const signature = thumbnailSignature({ store, pool }, { limits: config.limits, signal: context.signal });
  const request = snapshotOptionsSchema.parse({ dataset: options.evaluate, seed: options.seed });
  return createSnapshot({ catalog, store, clock, signature }, request);
}
