/** @file A server with its worker: jobs asked for over HTTP, done by another process, taken over when it is killed. */
import { fork } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import type { BackupSummary, BackupsView } from '@tintype/contracts/backup';
import type { Job } from '@tintype/contracts/job';
import { objectKeys } from '@tintype/core/ports/object-store';
import { type RunningServer, startServer } from '@tintype/server/start-server';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { aPicture } from './server-workspace.ts';

let folder: string;
let pictures: string;
let server: RunningServer;
beforeAll(async () => {
  folder = await initWorkspace(await mkdtemp(join(tmpdir(), 'tintype-worked-')));
  pictures = join(folder, 'pictures');
  for (const [name, shade] of [
    ['dark', 30],
    ['light', 220],
  ] as const) {
    await mkdir(join(pictures, name), { recursive: true });
    for (let n = 0; n < 24; n += 1) {
      const color = [shade + n, (n * 37) % 256, (n * 91) % 256];
      await writeFile(join(pictures, name, `${n}.png`), aPicture({ widthPx: 40 + n, heightPx: 64 - n, color }));
    }
  }
  await writeFile(join(pictures, 'dark', 'broken.png'), 'not a picture');
  // Long enough for a busy machine, and a killed worker's job does not wait for half a minute.
  server = await startServer({
    workspaceFolder: folder,
    port: 0,
    children: 1,
    withWorker: true,
    leaseMs: 8000,
    logLevel: 'warn',
  });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

async function ask(path: string, body?: object): Promise<Job> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${server.address}${path}`, body ? post : {});
  return (await response.json()) as Job;
}

const getJson = async (path: string): Promise<unknown> => (await fetch(`${server.address}${path}`)).json();

async function finished(job: Job): Promise<Job> {
  return vi.waitFor(
    async () => {
      const now = await ask(`/api/jobs/${job.id}`);
      expect(['succeeded', 'failed']).toContain(now.status);
      return now;
    },
    { timeout: 25_000, interval: 100 },
  );
}

/** The process id of the worker of this test's server. */
function workerId(): number | undefined {
  const name = readdirSync('/proc').find((id) => {
    if (!/^\d+$/.test(id)) return false;
    try {
      const command = readFileSync(`/proc/${id}/cmdline`, 'utf8');
      return command.includes('worker-main.js') && command.includes(folder);
    } catch {
      return false;
    }
  });
  return name === undefined ? undefined : Number(name);
}

test('an ingest asked for over HTTP is done by the worker, with its report', async () => {
  const job = await finished(
    await ask('/api/jobs', { kind: 'ingest', input: { sources: [pictures], dataset: 'shades' } }),
  );

  expect(job).toMatchObject({ status: 'succeeded', result: { dataset: 'shades', added: 48, rejected: 1 } });
  const samples = (await (await fetch(`${server.address}/api/samples?dataset=shades`)).json()) as { total: number };
  expect(samples.total).toBe(48);
});

test('a job that cannot be done ends with its code and the next step', async () => {
  const job = await finished(await ask('/api/jobs', { kind: 'ingest', input: { sources: [join(folder, 'nothing')] } }));

  expect(job).toMatchObject({ status: 'failed', error: { code: 'SOURCE_NOT_FOUND' } });
});

test.skipIf(process.platform !== 'linux')(
  'a worker that is killed is replaced, and jobs go on (needs /proc)',
  async () => {
    const first = await vi.waitFor(() => {
      const id = workerId();
      expect(id).toBeDefined();
      return id as number;
    });

    process.kill(first, 'SIGKILL');
    const job = await finished(
      await ask('/api/jobs', { kind: 'ingest', input: { sources: [pictures], dataset: 'again' } }),
    );

    expect(job.status).toBe('succeeded');
    expect(workerId()).not.toBe(first);
  },
);

test('a training asked for over HTTP ends with a version that the server takes up', async () => {
  const input = { dataset: 'shades', backbone: 'histograms', model: 'shades' };

  const job = await finished(await ask('/api/jobs', { kind: 'train', input }));

  expect(job).toMatchObject({
    status: 'succeeded',
    result: { model: 'shades', version: 1, classes: ['dark', 'light'] },
  });
  await vi.waitFor(
    async () => {
      const health = await (await fetch(`${server.address}/health`)).json();
      expect(health).toMatchObject({ status: 'healthy', model: 'shades', version: 1 });
    },
    { timeout: 20_000 },
  );
});

test('an evaluation asked for over HTTP is stored with its version', async () => {
  const job = await finished(await ask('/api/jobs', { kind: 'evaluate', input: { model: 'shades@champion' } }));

  expect(job.status).toBe('succeeded');
  const view = (await (await fetch(`${server.address}/api/models/shades/versions/1`)).json()) as {
    evaluations: object[];
  };
  expect(view.evaluations).toHaveLength(2);
});

test('a backup asked for over HTTP is made, read whole, and listed as verified; older ones go', async () => {
  const first = await finished(await ask('/api/backups', {}));
  const second = await finished(await ask('/api/backups', { keep: 1, verify: true }));
  const { items, job } = (await getJson('/api/backups')) as BackupsView;

  const [before, after] = [first, second].map(({ result }) => result as { backup: BackupSummary; removed: string[] });
  expect([first.status, second.status]).toEqual(['succeeded', 'succeeded']);
  expect(before?.backup).toMatchObject({ state: 'whole', samples: 96, verified: null });
  expect(after?.removed).toEqual([before?.backup.id]);
  expect(items).toMatchObject([{ id: after?.backup.id, verified: { problems: 0 } }]);
  expect(job).toBeNull();
});

test('a backup that is not what was written fails its job, and no older one is removed for it', async () => {
  const [kept] = ((await getJson('/api/backups')) as BackupsView).items;
  const samples = (await getJson('/api/samples?limit=1')) as { items: { contentHash: string }[] };
  const path = join(folder, '.tintype/store', objectKeys.source(samples.items[0]?.contentHash ?? ''));
  const whole = readFileSync(path);
  await writeFile(path, Buffer.alloc(whole.length));

  const job = await finished(await ask('/api/backups', { keep: 1, verify: true }));
  await writeFile(path, whole);

  const { items } = (await getJson('/api/backups')) as BackupsView;
  expect(job).toMatchObject({ status: 'failed', error: { code: 'BACKUP_DAMAGED' } });
  expect(items.map(({ id }) => id)).toContain(kept?.id);
});

test.skipIf(process.platform !== 'linux')(
  'a network whose worker is killed goes on from its checkpoint in the next one, and is registered once (needs /proc)',
  async () => {
    const input = {
      dataset: 'shades',
      model: 'taken-over',
      architecture: 'cnn-small',
      sizePx: 32,
      batch: 8,
      epochs: 16,
      threads: 1,
    };
    const queued = await ask('/api/jobs', { kind: 'train', input });
    const run = await vi.waitFor(
      async () => {
        const { progress } = await ask(`/api/jobs/${queued.id}`);
        expect(progress?.run).toBeDefined();
        const { items } = (await getJson(`/api/runs/${String(progress?.run)}/metrics`)) as { items: object[] };
        expect(items.length).toBeGreaterThan(3);
        return progress?.run as string;
      },
      { timeout: 90_000, interval: 50 },
    );

    process.kill(workerId() as number, 'SIGKILL');
    const job = await vi.waitFor(
      async () => {
        const now = await ask(`/api/jobs/${queued.id}`);
        expect(['succeeded', 'failed']).toContain(now.status);
        return now;
      },
      { timeout: 180_000, interval: 250 },
    );

    expect(job).toMatchObject({ status: 'succeeded', attempts: 2, result: { run, version: 1 } });
    const { items } = (await getJson(`/api/runs/${run}/metrics`)) as { items: { epoch: number }[] };
    expect(items.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 16 }, (_, n) => n + 1));
    const { run: row } = (await getJson(`/api/runs/${run}`)) as { run: { status: string } };
    expect(row.status).toBe('succeeded');
  },
  300_000,
);

test('a worker whose parent ends while it starts ends too', async () => {
  const lonely = await initWorkspace(await mkdtemp(join(tmpdir(), 'tintype-lonely-')));
  const entry = new URL('../apps/server/dist/worker-main.js', import.meta.url);
  const worker = fork(entry, [lonely], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
  const ended = new Promise((done) => {
    worker.on('exit', done);
  });
  worker.disconnect();

  const hung = new Promise((done) => {
    setTimeout(done, 20_000, 'still there').unref();
  });
  const code = await Promise.race([ended, hung]);
  worker.kill('SIGKILL');
  await rm(lonely, { recursive: true, force: true });

  expect(code).toBe(0);
}, 30_000);
