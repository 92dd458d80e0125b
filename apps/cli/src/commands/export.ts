/** @file `tintype export`: a model bundle as a folder. */
import { resolve } from 'node:path';
import { formatBytes } from '@tintype/contracts/errors';
import type { CommandRecord } from '../command.ts';
import { printable } from '../format.ts';

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
  ],
  examples: [
    'tintype export scenes ./scenes-bundle',
    'tintype export scenes@3 ./bundle --json',
    'tintype export scenes ./scenes-vit --format hugging-face',
  ],
  async run(context, [model = '', dir = ''], options) {
    await using workspace = await context.openWorkspace();
    const [{ resolveVersion }, { exportBundle }, { exportHuggingFace }] = await Promise.all([
      import('@tintype/core/registry/resolve-version'),
      import('@tintype/core/registry/export-bundle'),
      import('@tintype/core/registry/export-hugging-face'),
    ]);
    const version = await resolveVersion(workspace, model);
    const folder = resolve(dir);
    const { files, notices } =
      options.format === 'hugging-face'
        ? await exportHuggingFace(workspace, { version, folder })
        : { files: await exportBundle(workspace, { version, folder }), notices: [] };
    for (const notice of notices) context.output.notice(notice);
    context.output.result(
      { model: version.model, version: version.version, folder, bundleHash: version.bundleHash, files },
      () =>
        [
          `Wrote ${printable(version.model)}@${version.version} to ${folder}:`,
          ...files.map((f) => `  ${f.name}  ${formatBytes(f.sizeBytes)}`),
        ].join('\n'),
    );
  },
};
