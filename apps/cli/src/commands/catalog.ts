/** @file `tintype catalog`: counts, lists, issues, trash. */

import type { CatalogSummary, DataIssue, SampleQuery } from '@tintype/contracts/catalog';
import { formatBytes } from '@tintype/contracts/errors';
import type { CommandRecord } from '../command.ts';
import { counted, integer, printable, table } from '../format.ts';
import { offerRestore } from '../offer-restore.ts';

const issueKinds: readonly DataIssue['kind'][] = [
  'rejected-file',
  'label-disagreement',
  'near-duplicate',
  'changed-object',
];
const datasetOption = { flags: '--dataset <name>', description: 'only this dataset' };

const summarize: CommandRecord = {
  name: 'catalog',
  summary: 'what the workspace holds: counts, classes, issues',
  options: [datasetOption],
  examples: ['tintype catalog', 'tintype catalog --dataset scenes --json'],
  async run(context, _args, options) {
    await using workspace = await context.openWorkspace();
    const { summarizeCatalog } = await import('@tintype/core/catalog/catalog');
    const summary = await summarizeCatalog(workspace, { dataset: options.dataset as string | undefined });
    context.output.result(summary, () => renderSummary(summary));
    if (summary.datasets.length === 0) await offerRestore(context);
  },
};

function renderSummary(summary: CatalogSummary): string {
  if (summary.datasets.length === 0) return 'The catalog is empty.\nNext: tintype ingest DIR --labels folder';
  return summary.datasets
    .map((dataset) => {
      const facts = [
        counted(dataset.samples, 'picture'),
        formatBytes(dataset.sizeBytes),
        `${integer(dataset.unlabeled)} unlabeled`,
        `${integer(dataset.removed)} in the trash`,
      ];
      const issues = Object.entries(dataset.issues).map(([kind, count]) => `${integer(count)} ${kind}`);
      return [
        `dataset "${dataset.name}": ${facts.join(', ')}`,
        table(
          ['class', '>pictures'],
          dataset.classes.map((c) => [printable(c.name), integer(c.samples)]),
        ),
        ...(issues.length > 0 ? [`issues: ${issues.join(', ')} (tintype catalog issues)`] : []),
      ].join('\n');
    })
    .join('\n\n');
}

/** The flags win over what the query says. */
async function parseListOptions(options: Readonly<Record<string, unknown>>): Promise<SampleQuery> {
  const { sampleQuerySchema } = await import('@tintype/contracts/catalog');
  const { query = '', removed, ...flags } = options;
  const stated = Object.fromEntries(
    Object.entries({ ...flags, ...(removed === true ? { removed } : {}) }).filter(([, value]) => value !== undefined),
  );
  return sampleQuerySchema.parse({ ...Object.fromEntries(new URLSearchParams(String(query))), ...stated });
}

const list: CommandRecord = {
  name: 'catalog list',
  summary: 'list samples, a page at a time',
  options: [
    datasetOption,
    { flags: '--class <name>', description: 'only this class; an empty name lists the unlabeled' },
    {
      flags: '--split <split>',
      description: 'only this split of the latest snapshot',
      choices: ['train', 'validation', 'test'],
    },
    { flags: '--text <text>', description: 'only paths that contain this' },
    { flags: '--tag <tag>', description: 'only what has this tag' },
    { flags: '--removed', description: 'what is in the trash' },
    { flags: '--sort <order>', description: 'added, path, label, size or a measure; with - before it the last first' },
    {
      flags: '--query <query>',
      description:
        "everything else that the Pictures screen can ask for, as in its address: 'version=pets@3&wrong=true'",
    },
    { flags: '--limit <number>', description: 'rows of a page, at most 1000', range: [1, 1000], default: 50 },
    { flags: '--cursor <cursor>', description: 'the page after the one that named this cursor' },
  ],
  examples: [
    'tintype catalog list --class glass --split test',
    'tintype catalog list --removed --json',
    "tintype catalog list --query 'version=pets@3&wrong=true&sort=-confidence'",
  ],
  async run(context, _args, options) {
    const query = await parseListOptions(options);
    await using workspace = await context.openWorkspace();
    const { listSamples } = await import('@tintype/core/catalog/catalog');
    const page = await listSamples(workspace, query);
    context.output.result(page, () => {
      if (page.items.length === 0) return 'No such sample.';
      return [
        table(
          ['sample', 'class', 'split', '>width', '>height', 'path'],
          page.items.map((s) => [
            s.id,
            printable(s.className ?? '-'),
            s.split ?? '-',
            s.widthPx,
            s.heightPx,
            printable(s.path),
          ]),
        ),
        `${integer(page.items.length)} of ${counted(page.total, 'sample')}${page.nextCursor ? `; next page: --cursor ${page.nextCursor}` : ''}`,
      ].join('\n');
    });
  },
};

const issues: CommandRecord = {
  name: 'catalog issues',
  summary: 'rejected files, label disagreements and near-duplicates',
  options: [
    datasetOption,
    { flags: '--kind <kind>', description: 'only this kind', choices: issueKinds },
    { flags: '--limit <number>', description: 'rows of a page, at most 1000', range: [1, 1000], default: 50 },
    { flags: '--cursor <cursor>', description: 'the page after the one that named this cursor' },
  ],
  examples: ['tintype catalog issues', 'tintype catalog issues --kind rejected-file --json'],
  async run(context, _args, options) {
    await using workspace = await context.openWorkspace();
    const { listIssues } = await import('@tintype/core/catalog/catalog');
    const page = await listIssues(workspace, {
      ...(options.dataset === undefined ? {} : { dataset: options.dataset as string }),
      ...(options.kind === undefined ? {} : { kind: options.kind as DataIssue['kind'] }),
      ...(options.cursor === undefined ? {} : { cursor: options.cursor as string }),
      limit: options.limit as number,
    });
    context.output.result(page, () =>
      page.items.length === 0
        ? 'No issues.'
        : [
            table(
              ['kind', 'picture', 'what'],
              page.items.map((issue) => [issue.kind, printable(issue.path), printable(issue.detail)]),
            ),
            `${integer(page.items.length)} of ${counted(page.total, 'issue')}${page.nextCursor ? `; next page: --cursor ${page.nextCursor}` : ''}`,
          ].join('\n'),
    );
  },
};

const move = (direction: 'remove' | 'restore'): CommandRecord => ({
  name: `catalog ${direction}`,
  summary:
    direction === 'remove' ? 'move samples to the trash; nothing is deleted' : 'bring samples back from the trash',
  arguments: '<sample...>',
  options: [{ flags: '--annotator <name>', description: 'who is recorded as having done it', default: 'cli' }],
  examples: [`tintype catalog ${direction} s_0123456789abcdef0123`],
  async run(context, sampleIds, options) {
    await using workspace = await context.openWorkspace();
    const { removeSamples, restoreSamples } = await import('@tintype/core/catalog/catalog');
    const act = direction === 'remove' ? removeSamples : restoreSamples;
    const changed = await act(workspace, { sampleIds, annotator: options.annotator as string });
    context.output.result(
      { changed },
      () => `${counted(changed, 'sample')} ${direction === 'remove' ? 'moved to the trash' : 'restored'}.`,
    );
  },
});

export const catalogCommands: readonly CommandRecord[] = [summarize, list, issues, move('remove'), move('restore')];
