/** @file `tintype export`: a model bundle as a folder, as it is, lighter, or for Python. */
import { resolve } from 'node:path';
import { formatBytes, TintypeError } from '@tintype/contracts/errors';
import type { ParityReport } from '@tintype/contracts/model';
import type { ModelVersion } from '@tintype/contracts/registry';
import type { ExportedFile } from '@tintype/core/model/write-folder';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { ExportedLight, LightProgress } from '@tintype/core/registry/export-light';
import type { CommandContext, CommandRecord } from '../command.ts';
import { counted, percentWithInterval, printable, table } from '../format.ts';

type Options = Readonly<Record<string, unknown>>;

export const exportCommand: CommandRecord = {
  name: 'export',
  summary: 'write a model bundle (ONNX graph, classes, preprocessing, model card) to a folder',
  arguments: '<model> <dir>',
  options: [
    {
      flags: '--format <layout>',
      description: 'bundle, or hugging-face: a vision transformer for Python transformers',
      choices: ['bundle', 'hugging-face'],
      default: 'bundle',
    },
    { flags: '--int8', description: 'computed in 8 bits: a quarter of the size, and faster' },
    { flags: '--fp16', description: 'weights stored in 16 bits: half the size, no faster' },
    {
      flags: '--max-drop <points>',
      description: 'of accuracy on the test split that --int8 or --fp16 may cost',
      default: '0.5',
    },
    {
      flags: '--calibration <pictures>',
      description: 'training pictures that --int8 measures ranges on',
      range: [10, 100_000],
      default: 200,
    },
    { flags: '--register', description: 'make the light model a version of its own, which no alias names yet' },
    {
      flags: '--parity <pictures>',
      description: 'pictures on which the exported model is compared with the registered one',
      range: [0, 200],
      default: 200,
    },
  ],
  examples: [
    'tintype export scenes ./scenes-bundle',
    'tintype export scenes@3 ./bundle --json',
    'tintype export scenes ./scenes-light --int8 --register',
    'tintype export scenes ./scenes-vit --format hugging-face',
  ],
  async run(context, [model = '', dir = ''], options) {
    const light = options.int8 === true || options.fp16 === true;
    if (options.int8 === true && options.fp16 === true) throw misused('Name one of --int8 and --fp16.');
    if (light && options.format === 'hugging-face') throw misused('Only bundles have light forms: leave --format out.');
    if (options.register === true && !light)
      throw misused('--register is for light models: name --int8 or --fp16 too.');
    await using workspace = await context.openWorkspace();
    const { resolveVersion } = await import('@tintype/core/registry/resolve-version');
    const version = await resolveVersion(workspace, model);
    const request = { workspace, version, folder: resolve(dir), options };
    await (light ? exportLightForm(context, request) : exportPlain(context, request));
  },
};

const misused = (problem: string): TintypeError =>
  new TintypeError('USAGE_INVALID', { problem, command: 'tintype export' });

interface Request {
  workspace: Workspace;
  version: ModelVersion;
  folder: string;
  options: Options;
}

async function exportPlain(context: CommandContext, { workspace, version, folder, options }: Request): Promise<void> {
  const [{ exportBundle }, { exportHuggingFace }, { reportParity }] = await Promise.all([
    import('@tintype/core/registry/export-bundle'),
    import('@tintype/core/registry/export-hugging-face'),
    import('@tintype/core/registry/report-parity'),
  ]);
  const layout = options.format as 'bundle' | 'hugging-face';
  const { files, notices } =
    layout === 'hugging-face'
      ? await exportHuggingFace(workspace, { version, folder })
      : { files: await exportBundle(workspace, { version, folder }), notices: [] };
  for (const notice of notices) context.output.notice(notice);
  await using pool = await context.openPool(workspace);
  await using lightPool = await context.openLightPool(1);
  const { catalog, store, config } = workspace;
  const parity = await reportParity(
    { catalog, store, pool, lightPool },
    {
      version,
      folder,
      layout,
      pictures: options.parity as number,
      limits: config.limits,
      signal: context.signal,
      onProgress: (done, total) => context.output.progress(`compare  ${done} of ${total}`),
    },
  );
  const { bundleHash } = version;
  context.output.result({ model: version.model, version: version.version, folder, bundleHash, files, parity }, () =>
    [...renderFiles({ version, folder, files }), renderParity(parity)].join('\n'),
  );
}

const stages: Readonly<Record<LightProgress['stage'], string>> = {
  calibrate: 'measure ranges',
  rewrite: 'rewrite the graph',
  measure: 'measure accuracy',
  compare: 'compare answers',
};

async function exportLightForm(context: CommandContext, request: Request): Promise<void> {
  const { workspace, version, folder, options } = request;
  const maxDrop = Number(options.maxDrop);
  if (!(maxDrop >= 0 && maxDrop <= 100)) throw misused('--max-drop takes a number of points from 0 to 100.');
  const { exportLight } = await import('@tintype/core/registry/export-light');
  await using pool = await context.openPool(workspace);
  await using lightPool = await context.openLightPool();
  const { catalog, store, clock, config } = workspace;
  const exported = await exportLight(
    { catalog, store, clock, pool, lightPool },
    {
      version,
      folder,
      form: options.int8 === true ? 'int8' : 'fp16',
      maxDrop,
      calibration: options.calibration as number,
      register: options.register === true,
      by: 'cli',
      limits: config.limits,
      signal: context.signal,
      onProgress: ({ stage, done, total }) => context.output.progress(`${stages[stage]}  ${done} of ${total}`),
    },
  );
  const { bundleHash, files, light, version: registered } = exported;
  const result = {
    model: version.model,
    version: version.version,
    folder,
    bundleHash,
    files,
    light,
    registered: registered?.version ?? null,
  };
  context.output.result(result, () =>
    [...renderFiles({ version, folder, files }), '', ...renderLight(exported)].join('\n'),
  );
}

function renderFiles({
  version,
  folder,
  files,
}: {
  version: ModelVersion;
  folder: string;
  files: ExportedFile[];
}): string[] {
  return [
    `Wrote ${printable(version.model)}@${version.version} to ${folder}:`,
    ...files.map((f) => `  ${f.name}  ${formatBytes(f.sizeBytes)}`),
  ];
}

function renderParity({ pictures, top1Agreement, largestDifference }: ParityReport): string {
  if (pictures === 0) return 'Its answers were not compared with those of the registered version.';
  return `Same class on ${((top1Agreement ?? 0) * 100).toFixed(1)} % of ${counted(pictures, 'picture')}; probabilities differ by at most ${Number((largestDifference ?? 0).toPrecision(2))}.`;
}

function renderLight({ light, version }: ExportedLight): string[] {
  const { accuracyBefore: before, accuracyAfter: after } = light;
  return [
    table(
      ['', '>before', `>${light.method}`],
      [
        [
          'accuracy',
          percentWithInterval(before.accuracy, before.accuracyInterval),
          percentWithInterval(after.accuracy, after.accuracyInterval),
        ],
        ['model.onnx', formatBytes(light.sizeBefore), formatBytes(light.sizeAfter)],
      ],
    ),
    renderParity(light.parity),
    ...(version
      ? [
          `Registered as ${printable(version.model)}@${version.version}; "tintype models promote ${version.version} champion --model ${version.model}" serves it.`,
        ]
      : []),
  ];
}
