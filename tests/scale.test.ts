/**
 * @file The scale guide's laptop becomes machines: its commands, as they stand there, from SQLite and a folder to PostgreSQL and a real S3 server;
 * then a batch over two workers, one of which is killed.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createOutputOpener } from '@tintype/adapters/buckets/open-output';
import { type RealS3, startRealS3, whyNoRealS3 } from '@tintype/adapters/buckets/testing/real-s3';
import { type PostgresServer, startPostgres } from '@tintype/adapters/testing/start-postgres';
import type { BatchRow } from '@tintype/contracts/batch';
import type { Job } from '@tintype/contracts/job';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { repositoryFolder, startTintype, temporaryFolder, tintypeJson } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';

const pictures = 72;
/** A worker that is killed does not keep its part for half a minute. */
const leaseMs = 5000;

const noS3 = whyNoRealS3();
const postgres = noS3 ?? (await startPostgres());
if (typeof postgres === 'string') console.warn(`The scale guide's commands are not run: ${postgres}.`);

/** Commands of a step of the guide, in order: words after `tintype`. */
function commandsOf(step: string): string[][] {
  const guide = readFileSync(join(repositoryFolder, 'docs/guides/scale.md'), 'utf8');
  const section = guide.slice(
    guide.indexOf('## A laptop becomes three machines'),
    guide.indexOf('## Several machines'),
  );
  const block = /```sh\n([\s\S]*?)```/.exec(section.slice(section.indexOf(step)))?.[1] ?? '';
  const commands = block.split('\n').flatMap((line) => /^npx tintype ([^#&]+)/.exec(line)?.[1]?.trim() ?? []);
  if (commands.length === 0) throw new Error(`the scale guide has no commands at '${step}'`);
  return commands.map((words) => words.split(/\s+/));
}

async function readObject(address: string): Promise<string> {
  const { place, name } = await createOutputOpener({ s3: {} })(address);
  const chunks: Uint8Array[] = [];
  for await (const chunk of place.read(name)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const parseRows = (lines: string): BatchRow[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as BatchRow);

describe.skipIf(typeof postgres === 'string')('the scale guide', () => {
  const server = postgres as PostgresServer;
  let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
  let s3: RealS3;
  const laptop: { trained?: unknown; catalog?: unknown; rows: BatchRow[] } = { rows: [] };
  const running: ChildProcess[] = [];

  /** While the cloud starts. */
  async function workOnLaptop(): Promise<void> {
    scratch = await temporaryFolder();
    const drawn = { count: pictures, seed: 8, sizePx: 64, layout: 'folders', dirt: false } as const;
    await writePictures(join(scratch.path, 'pictures'), drawn);
    laptop.trained = await run('laptop', commandsOf('Everything so far'));
    laptop.catalog = await run('laptop', [['catalog']]);
    const out = join(scratch.path, 'predictions.jsonl');
    await run('laptop', [['predict', '--dataset', 'things', '--out', out]]);
    laptop.rows = parseRows(readFileSync(out, 'utf8'));
  }

  async function startCloud(): Promise<void> {
    s3 = await startRealS3();
    const settings = { AWS_ENDPOINT_URL_S3: s3.endpoint, AWS_REGION: 'us-east-1', ...s3.credentials };
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
    const makeBucket = join(repositoryFolder, 'scripts/make-bucket.mjs');
    await promisify(execFile)(process.execPath, [makeBucket, 'photos']);
  }

  beforeAll(async () => {
    await Promise.all([workOnLaptop(), startCloud()]);
  }, 180_000);
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    vi.unstubAllEnvs();
    await Promise.all([server[Symbol.asyncDispose](), s3?.[Symbol.asyncDispose]()]);
    await scratch?.[Symbol.asyncDispose]();
  });

  const workspaceOf = (machine: string): string => join(scratch.path, machine, 'shop');

  /** What the last of the commands says; `shop` and `~/pictures` are this machine's. */
  async function run<T>(machine: string, commands: readonly string[][]): Promise<T> {
    let told: unknown;
    for (const [name = '', ...words] of commands) {
      const given = words.map((word) => word.replace('~/pictures', join(scratch.path, 'pictures')));
      const where = name === 'init' ? [workspaceOf(machine)] : [...given, '--workspace', workspaceOf(machine)];
      told = await tintypeJson([name, ...where]);
    }
    return told as T;
  }

  /** Its first line of JSON, when it is ready. */
  function start(machine: string, words: readonly string[]): Promise<Record<string, string>> {
    const child = startTintype([...words, '--children', '1', '--json', '--workspace', workspaceOf(machine)]);
    running.push(child);
    child.stderr.resume();
    return new Promise((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('\n')) resolve(JSON.parse(text.split('\n')[0] ?? '') as Record<string, string>);
      });
      child.once('exit', (code) => reject(new Error(`${words[0]} ended with ${code}`)));
    });
  }

  /** A worker that is killed when it has the rows of a part, and has told nobody. */
  async function workUntilKilled(machine: string): Promise<NodeJS.Signals | null> {
    const entry = join(repositoryFolder, 'apps/server/dist/worker-main.js');
    const env = { ...process.env, TINTYPE_CRASH_AT: 'batch.answered' };
    const child = spawn(process.execPath, [entry, workspaceOf(machine), `${leaseMs}`], { env, stdio: 'ignore' });
    running.push(child);
    const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return signal;
  }

  test('a laptop becomes machines on PostgreSQL and S3, and two workers write the rows that it wrote, though one is killed', {
    timeout: 180_000,
  }, async () => {
    await run('laptop', commandsOf('**1. Take'));

    vi.stubEnv('TINTYPE_DATABASE_URL', await server.createDatabase());
    vi.stubEnv('TINTYPE_STORE', 's3://photos/tintype');
    const verified = await run('first', commandsOf('**2. Bring'));
    for (const machine of ['second', 'third']) await run(machine, [['init', 'shop']]);
    const [api = [], work = []] = commandsOf('**3. One');
    // Only this machine may ask without an administrator.
    const asked = [...api.filter((word) => !/host|0\.0\.0\.0/.test(word)), '--port', '0'];
    const { address } = await start('first', asked);
    const moved = await run('first', [['catalog']]);
    const words = ['predict', '--dataset', 'things', '--out', 's3://photos/predictions.jsonl', '--detach'];
    const { id } = await run<Job>('first', [words]);
    const signal = await workUntilKilled('second');
    await Promise.all(['second', 'third'].map((machine) => start(machine, work)));
    const job = await vi.waitFor(
      async () => {
        const now = (await (await fetch(`${address}/api/jobs/${id}`)).json()) as Job;
        expect(['succeeded', 'failed']).toContain(now.status);
        return now;
      },
      { timeout: 90_000, interval: 250 },
    );

    expect(laptop.trained).toMatchObject({ model: 'things', version: 1 });
    expect(verified).toMatchObject({ isSound: true, pictures, findings: [] });
    expect(moved).toEqual(laptop.catalog);
    expect(signal).toBe('SIGKILL');
    expect(job).toMatchObject({ status: 'succeeded', attempts: 2, result: { pictures, failed: 0 } });
    expect(laptop.rows).toHaveLength(pictures);
    expect(parseRows(await readObject('s3://photos/predictions.jsonl'))).toEqual(laptop.rows);
  });
});
