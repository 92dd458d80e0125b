/** @file Several machines on one PostgreSQL database and one store: one serves, others work, and what a killed one had is taken over. */
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '@tintype/adapters/testing/start-postgres';
import type { Job } from '@tintype/contracts/job';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTintype, temporaryFolder, tintypeJson } from './cli.ts';
import { writePictures } from './drawn-pictures.ts';

const started = await startPostgres();
if (typeof started === 'string') console.warn(`Tests of several machines are skipped: ${started}.`);

describe.skipIf(typeof started === 'string')('several machines', () => {
  const server = started as PostgresServer;
  let scratch: Awaited<ReturnType<typeof temporaryFolder>>;
  const running: ChildProcess[] = [];

  beforeAll(async () => {
    scratch = await temporaryFolder();
    vi.stubEnv('TINTYPE_DATABASE_URL', await server.createDatabase());
    vi.stubEnv('TINTYPE_STORE', `file:${join(scratch.path, 'store')}`);
    await writePictures(join(scratch.path, 'pictures'), {
      count: 80,
      seed: 8,
      sizePx: 64,
      layout: 'folders',
      dirt: false,
    });
  });
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    vi.unstubAllEnvs();
    await server[Symbol.asyncDispose]();
    await scratch[Symbol.asyncDispose]();
  });

  /** A workspace folder of its own: all that is shared is the database and the store. */
  async function aMachine(name: string): Promise<string[]> {
    const folder = join(scratch.path, name);
    await tintypeJson(['init', folder]);
    return ['--workspace', folder];
  }

  /** Its first line of JSON, when it is ready. */
  async function start(words: readonly string[]): Promise<{ child: ChildProcess; told: Record<string, string> }> {
    const child = startTintype([...words, '--json']);
    running.push(child);
    const told = await new Promise<Record<string, string>>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes('\n')) resolve(JSON.parse(text) as Record<string, string>);
      });
      child.on('exit', (code) => reject(new Error(`${words[0]} ended with ${code}`)));
    });
    return { child, told };
  }

  test('what one machine took in, another trains on, and a third serves', { timeout: 180_000 }, async () => {
    const ask = async <T>(path: string, body?: object): Promise<T> => {
      const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      return (await (await fetch(`${address}${path}`, body ? post : {})).json()) as T;
    };
    const finished = (job: Job): Promise<Job> =>
      vi.waitFor(
        async () => {
          const now = await ask<Job>(`/api/jobs/${job.id}`);
          expect(['succeeded', 'failed']).toContain(now.status);
          return now;
        },
        { timeout: 60_000, interval: 200 },
      );
    await tintypeJson(['ingest', join(scratch.path, 'pictures'), ...(await aMachine('first'))]);
    const { told } = await start([
      'start',
      '--role',
      'api',
      '--port',
      '0',
      '--children',
      '1',
      ...(await aMachine('second')),
    ]);
    const address = told.address as string;
    const train = { kind: 'train', input: { backbone: 'histograms' } };
    const waiting = await ask<Job>('/api/jobs', train);
    const third = await aMachine('third');

    const { child } = await start(['work', '--concurrency', '2', '--children', '1', ...third]);
    const trained = await finished(waiting);
    child.kill('SIGTERM');
    const exitCode = await new Promise((resolve) => child.once('exit', resolve));
    await start(['start', '--role', 'worker', '--children', '1', ...third]);
    const again = await finished(await ask<Job>('/api/jobs', train));

    expect(trained).toMatchObject({ status: 'succeeded', attempts: 1, result: { version: 1 } });
    expect(again).toMatchObject({ status: 'succeeded', result: { version: 2 } });
    expect(exitCode).toBe(0);
    await vi.waitFor(async () => expect(await ask('/health')).toMatchObject({ model_loaded: true }), 20_000);
    const { total } = await ask<{ total: number }>('/api/samples');
    expect(total).toBe(80);
  });
});
