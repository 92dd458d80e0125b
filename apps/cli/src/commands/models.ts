/** @file `tintype models`: versions, aliases, and what was live when. */
import { formatBytes, TintypeError } from '@tintype/contracts/errors';
import type { ModelVersion } from '@tintype/contracts/registry';
import type { CommandRecord } from '../command.ts';
import { counted, moment, percent, percentWithInterval, printable, table } from '../format.ts';
import { importCommand } from './models-import.ts';

const accuracyOf = ({ accuracy, accuracyInterval }: ModelVersion): string =>
  accuracy === null || accuracyInterval === null ? 'not measured' : percentWithInterval(accuracy, accuracyInterval);
const shareOf = (share: number | null): string => (share === null ? '-' : percent(share));

const list = (name: string): CommandRecord => ({
  name,
  summary: name === 'models' ? 'registered models: list, show, promote, history, import' : 'list the registered models',
  options: [],
  examples: [`tintype ${name}`],
  async run(context) {
    await using workspace = await context.openWorkspace();
    const models = await workspace.catalog.registry.list();
    context.output.result({ items: models }, () => {
      if (models.length === 0) return 'No model yet.\nNext: tintype train';
      const rows = models.flatMap((model) =>
        model.versions.map((v) => [
          printable(model.name),
          v.version,
          v.aliases.join(', ') || '-',
          accuracyOf(v),
          printable(v.backbone.name),
          v.head,
          moment(v.createdAt),
        ]),
      );
      return table(['model', '>version', 'aliases', '>accuracy (95 %)', 'backbone', 'head', 'made'], rows);
    });
  },
});

const show: CommandRecord = {
  name: 'models show',
  summary: 'one model with its versions, or one version (NAME@VERSION)',
  arguments: '<model>',
  options: [],
  examples: ['tintype models show scenes', 'tintype models show scenes@champion --json'],
  async run(context, [reference = '']) {
    await using workspace = await context.openWorkspace();
    const { registry } = workspace.catalog;
    const { parseModelReference } = await import('@tintype/contracts/registry');
    const { model, version } = parseModelReference(reference);
    const versions = reference.includes('@')
      ? [await registry.getVersion(model, version)]
      : (await registry.get(model)).versions;
    context.output.result(reference.includes('@') ? versions[0] : { name: model, versions }, () =>
      versions
        .map((v) =>
          table(
            ['', ''],
            [
              ['version', `${printable(v.model)}@${v.version}${v.aliases.length ? ` (${v.aliases.join(', ')})` : ''}`],
              ['accuracy', accuracyOf(v)],
              ['balanced accuracy', shareOf(v.balancedAccuracy)],
              ['macro-F1', shareOf(v.macroF1)],
              ['classes', v.classes.map(printable).join(', ')],
              ['backbone', `${printable(v.backbone.name)} (${counted(v.backbone.dimensions, 'feature')})`],
              ['head', v.head],
              ['size', formatBytes(v.sizeBytes)],
              ['snapshot', v.snapshot ?? 'none'],
              ['run', v.run ?? 'none: imported'],
              ['bundle', v.bundleHash],
              ['made', moment(v.createdAt)],
            ],
          )
            .split('\n')
            .slice(1)
            .join('\n'),
        )
        .join('\n\n'),
    );
  },
};

/** The model named, or the only one there is. */
async function onlyModel(registry: { list(): Promise<{ name: string }[]> }, named: unknown): Promise<string> {
  if (typeof named === 'string') return named;
  const models = await registry.list();
  const [first, second] = models;
  if (!first) throw new TintypeError('MODEL_NONE_YET', {});
  if (second) {
    throw new TintypeError('USAGE_INVALID', {
      problem: `There are several models (${models.map((m) => m.name).join(', ')}); say which with --model NAME.`,
    });
  }
  return first.name;
}

const promote: CommandRecord = {
  name: 'models promote',
  summary: 'move an alias, such as champion, to a version; servers follow without restart',
  arguments: '<version> <alias>',
  options: [
    { flags: '--model <name>', description: 'model to promote; needed where there are several' },
    { flags: '--by <who>', description: 'who is recorded as having done it', default: 'cli' },
  ],
  examples: ['tintype models promote 3 champion', 'tintype models promote 2 champion --model scenes'],
  async run(context, [version = '', alias = ''], options) {
    const { nameSchema } = await import('@tintype/contracts/ids');
    const name = nameSchema.safeParse(alias);
    if (!name.success) {
      const message = name.error.issues[0]?.message ?? 'is not a name';
      throw new TintypeError('VALIDATION_FAILED', { errors: [{ pointer: 'alias', message }] });
    }
    await using workspace = await context.openWorkspace();
    const { promoteVersion } = await import('@tintype/core/registry/promote');
    const model = await onlyModel(workspace.catalog.registry, options.model);
    const entry = await promoteVersion(workspace, {
      model,
      version,
      alias: name.data,
      by: options.by as string,
    });
    context.output.result(
      entry,
      () =>
        `${printable(entry.model)}: ${entry.alias} is now version ${entry.version}${entry.previous === null ? '' : ` (was ${entry.previous})`}.`,
    );
  },
};

const history: CommandRecord = {
  name: 'models history',
  summary: 'every move of every alias, and what was live at a moment',
  arguments: '[model]',
  options: [
    { flags: '--at <time>', description: 'what was live then, for example 2026-05-04T12:00' },
    { flags: '--alias <name>', description: 'alias asked about with --at', default: 'champion' },
  ],
  examples: ['tintype models history', 'tintype models history scenes --at 2026-05-04T12:00'],
  async run(context, [named], options) {
    await using workspace = await context.openWorkspace();
    const { registry } = workspace.catalog;
    if (options.at !== undefined) {
      const time = options.at as string;
      const at = Date.parse(time);
      if (Number.isNaN(at) || !/^\d{4}-\d\d-\d\d/.test(time))
        throw new TintypeError('USAGE_INVALID', { problem: `"${time}" is not a time such as 2026-05-04T12:00.` });
      const model = await onlyModel(registry, named);
      const alias = options.alias as string;
      const { findLiveAt } = await import('@tintype/core/registry/history');
      const version = (await findLiveAt(workspace, { model, alias, at }))?.version ?? null;
      context.output.result({ model, alias, at, version }, () =>
        version === null
          ? `${printable(model)} had no ${alias} at ${moment(at)}.`
          : `${printable(model)}@${version} was ${alias} at ${moment(at)}.`,
      );
      return;
    }
    if (named !== undefined) await registry.get(named);
    const log = await registry.aliasLog(named);
    context.output.result({ items: log }, () =>
      log.length === 0
        ? 'No alias was ever moved.'
        : table(
            ['when', 'model', 'alias', '>version', '>before', 'by'],
            log.map((e) => [
              moment(e.at),
              printable(e.model),
              e.alias,
              e.version ?? '-',
              e.previous ?? '-',
              printable(e.by),
            ]),
          ),
    );
  },
};

export const modelsCommands: readonly CommandRecord[] = [
  list('models'),
  list('models list'),
  show,
  promote,
  history,
  importCommand,
];
