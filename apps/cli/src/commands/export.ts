/** @file `tintype export`: a model bundle as a folder. */
import { resolve } from 'node:path';
import { formatBytes } from '@tintype/contracts/errors';
import type { CommandRecord } from '../command.ts';
import { printable } from '../format.ts';

export const exportCommand: CommandRecord = {
  name: 'export',
  summary: 'write a model bundle (ONNX graph, classes, preprocessing, model card) to a folder',
  arguments: '<model> <dir>',
  options: [],
  examples: ['tintype export scenes ./scenes-bundle', 'tintype export scenes@3 ./bundle --json'],
  async run(context, [model = '', dir = '']) {
    await using workspace = await context.openWorkspace();
    const [{ resolveVersion }, { exportBundle }] = await Promise.all([
      import('@tintype/core/registry/resolve-version'),
      import('@tintype/core/registry/export-bundle'),
    ]);
    const version = await resolveVersion(workspace, model);
    const folder = resolve(dir);
    const files = await exportBundle(workspace, { version, folder });
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
