/** @file `tintype serve`, `tintype start` and `tintype work`: the HTTP service and the work on jobs, together or each on a machine of its own. */
import type { LogLevel } from '@tintype/contracts/config';
import type { CommandContext, CommandRecord, OptionRecord } from '../command.ts';
import { offerRestore, restoreLatestIfEmpty } from '../offer-restore.ts';

const options: readonly OptionRecord[] = [
  {
    flags: '--host <address>',
    description: 'address to listen on; whatever other machines reach asks who is there (default: 127.0.0.1)',
  },
  {
    flags: '--port <number>',
    description: 'port to listen on; 0 takes a free one (default: 8080)',
    range: [0, 65_535],
  },
  {
    flags: '--log-level <level>',
    description: 'least important lines of the log on stderr (default: info)',
    choices: ['error', 'warn', 'info', 'debug'],
  },
  { flags: '--children <number>', description: 'inference processes (default: one per core)', range: [1, 256] },
  {
    flags: '--restore-latest',
    description: 'where the catalog is empty and its store holds a backup, restore the newest one first',
  },
];

async function serve(
  context: CommandContext,
  given: Readonly<Record<string, unknown>>,
  withWorker: boolean,
): Promise<void> {
  const [{ startServer }, { endDespiteLog }, { workspaceFolder }] = await Promise.all([
    import('@tintype/server/start-server'),
    import('@tintype/server/log-destination'),
    import('../context.ts'),
  ]);
  const folder = await workspaceFolder(given);
  if (given.restoreLatest === true) await restoreLatestIfEmpty(context);
  await using server = await startServer({
    workspaceFolder: folder,
    ...(given.host === undefined ? {} : { host: given.host as string }),
    ...(given.port === undefined ? {} : { port: given.port as number }),
    ...(given.logLevel === undefined ? {} : { logLevel: given.logLevel as LogLevel }),
    ...(given.children === undefined ? {} : { children: given.children as number }),
    withWorker,
    signal: context.signal,
  });
  const { address, metricsAddress: metrics } = server;
  const places = [
    ['page', `${address}/`],
    ['API', `${address}/docs`],
    ['health', `${address}/health`],
    ...(metrics === undefined ? [] : [['metrics', metrics]]),
  ];
  context.output.result(
    { address, workspace: folder, ...(metrics === undefined ? {} : { metrics }) },
    () =>
      `Tintype serves ${folder}\n\n${places.map(([name = '', place]) => `  ${name.padEnd(8)}${place}`).join('\n')}\n\nCtrl+C stops it.`,
  );
  if (given.restoreLatest !== true) await offerRestore(context);
  await server.closed;
  endDespiteLog();
}

async function work(
  context: CommandContext,
  given: Readonly<Record<string, unknown>>,
  { concurrency }: { concurrency: number },
): Promise<void> {
  const [{ startLoggingWorker }, { endDespiteLog }, { workspaceFolder }] = await Promise.all([
    import('@tintype/server/worker'),
    import('@tintype/server/log-destination'),
    import('../context.ts'),
  ]);
  const folder = await workspaceFolder(given);
  if (given.restoreLatest === true) await restoreLatestIfEmpty(context);
  await using worker = await startLoggingWorker({
    workspaceFolder: folder,
    concurrency,
    ...(given.children === undefined ? {} : { children: given.children as number }),
    signal: context.signal,
  });
  context.output.result(
    { workspace: folder, concurrency },
    () =>
      `Tintype works on the jobs of ${folder}, ${concurrency === 1 ? 'one' : `up to ${concurrency}`} at a time.\n\nCtrl+C hands what is not finished to the next worker.`,
  );
  await worker.closed;
  endDespiteLog();
}

export const serveCommand: CommandRecord = {
  name: 'serve',
  summary: 'serve the champion: page, API and documentation on this machine',
  options,
  examples: ['tintype serve', 'tintype serve --port 0 --json'],
  run: (context, _args, given) => serve(context, given, false),
};

export const startCommand: CommandRecord = {
  name: 'start',
  summary: 'serve, and work on queued jobs beside it',
  options: [
    ...options,
    {
      flags: '--role <role>',
      description: 'what this machine does: api serves, worker works on jobs, all does both (default: all)',
      choices: ['api', 'worker', 'all'],
    },
  ],
  examples: ['tintype start', 'tintype start --port 9000', 'tintype start --role api'],
  run: (context, _args, given) =>
    given.role === 'worker' ? work(context, given, { concurrency: 1 }) : serve(context, given, given.role !== 'api'),
};

export const workCommand: CommandRecord = {
  name: 'work',
  summary: 'work on queued jobs, on as many machines as you like',
  options: [
    {
      flags: '--concurrency <number>',
      description: 'jobs at once; their pictures share the processes of this machine (default: 1)',
      range: [1, 64],
    },
    {
      flags: '--children <number>',
      description: 'processes for pictures and models (default: one per core)',
      range: [1, 256],
    },
  ],
  examples: ['tintype work', 'tintype work --concurrency 2'],
  run: (context, _args, given) => work(context, given, { concurrency: (given.concurrency as number | undefined) ?? 1 }),
};
