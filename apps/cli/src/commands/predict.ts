/** @file `tintype predict`: classify pictures by the same child processes that serve, by a server elsewhere, or as a batch by all workers. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Prediction } from '@tintype/contracts/serve';
import type { CommandContext, CommandRecord } from '../command.ts';
import { percent, printable, table } from '../format.ts';

/** A server has a limit of its own, which may be lower. */
const mostSentBytes = 50 * 2 ** 20;

type Row = Omit<Prediction, 'request_id'> & { path: string };

export const predictCommand: CommandRecord = {
  name: 'predict',
  summary: 'classify pictures: files, folders, archives, buckets or http addresses',
  arguments: '[source...]',
  options: [
    { flags: '--model <model>', description: 'NAME, NAME@VERSION or NAME@ALIAS (default: the champion promoted last)' },
    { flags: '--server <url>', description: 'ask a running server instead of the models of this workspace' },
    {
      flags: '--out <file>',
      description:
        'write one row a picture to FILE.jsonl, .csv or .parquet, in a folder or a bucket; all workers help, and what was done is kept',
    },
    { flags: '--dataset <name>', description: 'with --out: the pictures of this dataset instead of sources' },
    {
      flags: '--priority <number>',
      description: 'with --out: which jobs come first, the highest (default: -1, after what people wait for)',
      range: [-100, 100],
    },
    { flags: '--detach', description: 'with --out: leave it to the workers' },
    { flags: '--token <token>', description: 'API token of that server (default: that of TINTYPE_TOKEN)' },
  ],
  examples: [
    'tintype predict photo.jpg',
    'tintype predict ~/new --model scenes@3 --json',
    'tintype predict https://example.org/photo.jpg',
    'tintype predict s3://photos/new --out s3://photos/predictions.parquet',
    'tintype predict --dataset photos --out predictions.csv',
    'tintype predict photo.jpg --server http://127.0.0.1:8080',
  ],
  async run(context, sources, options) {
    if (options.out !== undefined) {
      const { predictBatch } = await import('../predict-batch.ts');
      return predictBatch(context, sources, options);
    }
    assertPlain(sources, options);
    if (options.server !== undefined) return predictByServer(context, sources, options);
    const [{ resolveVersion }, { predictPictures }, { detectorsOf }, { parseGates }, { createAnySourceOpener }] =
      await Promise.all([
        import('@tintype/core/registry/resolve-version'),
        import('@tintype/core/serve/predict-pictures'),
        import('@tintype/core/model/gates/resolve-detectors'),
        import('@tintype/contracts/gate'),
        import('../any-source.ts'),
      ]);
    await using workspace = await context.openWorkspace();
    await using pool = await context.openPool(workspace);
    const { catalog, store, config } = workspace;
    const version = await resolveVersion({ catalog }, options.model as string | undefined);
    const answers = predictPictures(
      { store, pool, openSource: createAnySourceOpener(config) },
      {
        sources,
        version,
        limits: config.limits,
        pictureMs: config.limits.pictureMs,
        gates: parseGates(config.serve.gates),
        detectors: detectorsOf(workspace),
        signal: context.signal,
      },
    );
    await show(context, answers);
  },
};

/** Throws USAGE_INVALID. */
function assertPlain(sources: readonly string[], { dataset, detach }: Readonly<Record<string, unknown>>): void {
  const problem =
    dataset !== undefined || detach === true
      ? '--dataset and --detach go with --out FILE.'
      : 'Name what to classify: files, folders, archives, buckets or http addresses.';
  if (sources.length === 0 || dataset !== undefined || detach === true)
    throw new TintypeError('USAGE_INVALID', { problem, command: 'tintype predict' });
}

async function predictByServer(
  context: CommandContext,
  sources: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Promise<void> {
  const [{ connectServer, tokenOf }, { predictRemotely }] = await Promise.all([
    import('../remote/connect-server.ts'),
    import('../remote/predict-remotely.ts'),
  ]);
  const client = connectServer(options.server as string, { token: tokenOf(options) });
  const model = options.model as string | undefined;
  await show(context, predictRemotely(client, { sources, model, limitBytes: mostSentBytes, signal: context.signal }));
}

async function show({ output }: CommandContext, answers: AsyncIterable<Row>): Promise<void> {
  const rows: Row[] = [];
  let answered = 0;
  let failed = 0;
  try {
    for await (const answer of answers) {
      answered += 1;
      if (answer.error !== null) failed += 1;
      output.progress(`predict  ${answered}`);
      if (output.json) output.result(answer, () => '');
      else rows.push(answer);
    }
  } finally {
    // What was answered before an interruption, or before a source that is not there, is shown all the same.
    if (rows.length > 0) output.result(null, () => render(rows));
  }
  if (answered > 0 && failed === answered) process.exitCode = 65;
}

function render(rows: readonly Row[]): string {
  const share = (row: Row): string =>
    Object.entries(row.probabilities ?? {})
      .toSorted(([, a], [, b]) => b - a)
      .slice(1, 3)
      .map(([name, p]) => `${printable(name)} ${percent(p)}`)
      .join(', ');
  return table(
    ['picture', 'prediction', '>confidence', 'then'],
    rows.map((row) => [
      printable(row.path),
      row.prediction === null ? '-' : printable(row.prediction),
      row.prediction === null ? '' : percent(row.confidence),
      row.error ?? share(row),
    ]),
  );
}
