/** @file `tintype serve` and `tintype start`: the HTTP service, alone or with a worker. */
import type { LogLevel } from '@tintype/contracts/config';
import type { CommandContext, CommandRecord, OptionRecord } from '../command.ts';

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
];

async function serve(
  context: CommandContext,
  given: Readonly<Record<string, unknown>>,
  withWorker: boolean,
): Promise<void> {
  const [{ startServer }, { workspaceFolder }] = await Promise.all([
    import('@tintype/server/start-server'),
    import('../context.ts'),
  ]);
  const folder = await workspaceFolder(given);
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
  await server.closed;
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
  options,
  examples: ['tintype start', 'tintype start --port 9000'],
  run: (context, _args, given) => serve(context, given, true),
};
