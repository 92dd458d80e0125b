/** @file The task pool with real children that hang, crash and grow. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import { expect, onTestFinished, test } from 'vitest';
import { openTaskPool, type StartingTaskPool, type TaskPoolOptions } from './open-task-pool.ts';

type TestTasks = {
  double: { input: { value: number }; output: number };
  echo: { input: unknown; output: unknown };
  sleep: { input: { ms: number }; output: number };
  pid: { input: null; output: number };
  surroundings: { input: null; output: { env: string[]; files: string[]; cwd: string; execArgv: string[] } };
  hang: { input: null; output: null };
  waitForEver: { input: null; output: null };
  crash: { input: { afterMs?: number }; output: null };
  grow: { input: null; output: null };
  refuse: { input: null; output: null };
  bug: { input: null; output: null };
  uncloneable: { input: null; output: null };
  prepare: { input: { value: unknown }; output: number };
  refusePreparation: { input: null; output: null };
  prepared: { input: null; output: unknown };
  countPreparation: { input: { name: string }; output: null };
  /** Milliseconds since 1970 when each was run. */
  preparations: { input: null; output: { name: string; at: number }[] };
};

async function aPool(options: Partial<TaskPoolOptions> = {}): Promise<StartingTaskPool<TestTasks>> {
  const pool = await openTaskPool<TestTasks>({
    tasks: new URL('./fixtures/tasks.mjs', import.meta.url),
    size: 1,
    ...options,
  });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  return pool;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function until(holds: () => boolean, withinMs: number): Promise<void> {
  const end = Date.now() + withinMs;
  while (!holds() && Date.now() < end) await delay(20);
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

test('tasks run in processes of their own, as many as asked for', async () => {
  const pool = await aPool({ size: 2 });
  const children = await pool.prepare('pid', 'pid', null);

  const pids = await Promise.all(times(4, () => pool.run('sleep', { ms: 200 })));

  expect(pool.size).toBe(2);
  expect(new Set(pids)).toEqual(new Set(children));
  expect(new Set(children).size).toBe(2);
  expect(children).not.toContain(process.pid);
});

test('bytes, typed arrays and nested values cross unchanged', async () => {
  const pool = await aPool();
  const bytes = new Uint8Array(70_000).map((_, index) => index % 251);
  const input = {
    bytes,
    part: bytes.subarray(5, 9),
    floats: new Float32Array([1.5, -2]),
    nested: { map: new Map([['a', 1]]) },
  };

  const output = await pool.run('echo', input);

  expect(output).toEqual(input);
});

test('a task of ours that fails keeps its code and details', async () => {
  const pool = await aPool();

  const failure = await pool.run('refuse', null).catch((error: unknown) => error);

  expect(failure).toBeInstanceOf(TintypeError);
  expect(failure).toMatchObject({ code: 'IMAGE_TOO_MANY_PIXELS', details: { limitPx: 7e6 } });
});

test('an unexpected failure keeps its name, text and stack', async () => {
  const pool = await aPool();

  const failure = await pool.run('bug', null).catch((error: unknown) => error);

  expect(failure).toMatchObject({
    name: 'RangeError',
    message: 'off by one',
    stack: expect.stringContaining('tasks.mjs'),
  });
});

test('an output or input that cannot be cloned fails that task alone', async () => {
  const pool = await aPool();

  await expect(pool.run('uncloneable', null)).rejects.toThrow(/could not be cloned/);
  await expect(pool.run('echo', () => 1)).rejects.toThrow(/could not be cloned/);

  expect(await pool.run('double', { value: 4 })).toBe(8);
  expect(pool.stats()).toMatchObject({ running: 0, queued: 0, restarts: 0 });
});

test('a hanging task is stopped at its deadline and a new child takes its place', async () => {
  const pool = await aPool();
  await pool.run('pid', null);

  const failure = await pool.run('hang', null, { deadlineMs: 200 }).catch((error: unknown) => error);
  const startedAt = performance.now();
  await pool.run('pid', null);

  expect(failure).toMatchObject({ code: 'DEADLINE_EXCEEDED', details: { deadlineMs: 200 } });
  expect(performance.now() - startedAt).toBeLessThan(3000);
  expect(pool.stats().restarts).toBe(1);
});

test('a task that shared its child with a hanging one is answered all the same', async () => {
  const pool = await aPool();
  await pool.run('pid', null);

  const hanging = pool.run('waitForEver', null, { deadlineMs: 300 }).catch((error: unknown) => error);
  const neighbor = pool.run('sleep', { ms: 600 });

  expect(await hanging).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  expect(await neighbor).toBeGreaterThan(0);
});

test('a task whose time is over because its neighbor hangs is not blamed for it', async () => {
  const pool = await aPool();
  await pool.run('pid', null);

  const hanging = pool.run('hang', null, { deadlineMs: 300 }).catch((error: unknown) => error);
  const neighbor = pool.run('double', { value: 3 }, { deadlineMs: 300 });

  expect(await neighbor).toBe(6);
  expect(await hanging).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
});

test('a child that answered in time lives on, however late this process gets to read it', async () => {
  const pool = await aPool();
  const child = await pool.run('pid', null);

  const answer = pool.run('sleep', { ms: 20 }, { deadlineMs: 300 });
  // Held up while it reads events, as SQLite does: timers come next.
  await stat('.');
  const end = Date.now() + 600;
  while (Date.now() < end);

  expect(await answer).toBe(child);
  expect(await pool.run('pid', null)).toBe(child);
});

test('a crash fails the task that causes it and nothing else', async () => {
  const pool = await aPool({ size: 2 });

  const poison = pool.run('crash', { afterMs: 30 }).catch((error: unknown) => error);
  const healthy = times(20, (value) => pool.run('double', { value }));
  const slow = pool.run('sleep', { ms: 100 });

  expect(await poison).toMatchObject({ code: 'CHILD_CRASHED', details: { reason: 'crashed' } });
  expect(await Promise.all(healthy)).toEqual(times(20, (value) => value * 2));
  expect(await slow).toBeGreaterThan(0);
});

test('a task that is to run once fails with its child, without another try', async () => {
  const pool = await aPool();
  const startedAt = performance.now();

  const failure = await pool.run('crash', { afterMs: 10 }, { once: true }).catch((error: unknown) => error);

  expect(failure).toMatchObject({ code: 'CHILD_CRASHED' });
  expect(pool.stats().restarts).toBe(1);
  expect(performance.now() - startedAt).toBeLessThan(5000);
});

test('children that wait for it start later, and are prepared before they work', async () => {
  const pool = await aPool({ size: 2, startWith: 1 });

  const first = await pool.prepare('value', 'prepare', { value: 5 });
  const alone = await Promise.all(times(4, () => pool.run('sleep', { ms: 20 })));
  pool.startAll();
  await until(() => pool.stats().ready === 2, 5000);
  const both = await Promise.all(times(8, () => pool.run('sleep', { ms: 50 })));

  expect(new Set(alone)).toEqual(new Set(first));
  expect(new Set(both).size).toBe(2);
  expect(await Promise.all(times(6, () => pool.run('prepared', null)))).toEqual(times(6, () => 5));
});

/** Of all pools of this process. */
const childIds = () =>
  spawnSync('pgrep', ['-P', String(process.pid), '-f', 'child-main'])
    .stdout.toString()
    .split('\n')
    .filter(Boolean)
    .map(Number);

test('children that stand by take the places of two that ended, prepared as those were', async () => {
  const pool = await aPool({ spares: 2 });
  await pool.prepare('value', 'prepare', { value: 5 });
  await until(() => childIds().length === 3, 8000);
  await delay(500);
  const known = childIds();
  const child = await pool.run('pid', null);

  await pool.run('crash', {}, { once: true }).catch(() => {});
  const second = await pool.run('pid', null);
  await pool.run('crash', {}, { once: true }).catch(() => {});
  const third = await pool.run('pid', null);

  expect(new Set([child, second, third])).toEqual(new Set(known));
  expect(await pool.run('prepared', null)).toBe(5);
});

test('a child that stands by has prepared what is wanted at hand, once, and nothing else', async () => {
  const pool = await aPool({ spares: 1 });
  await pool.prepare('slow', 'countPreparation', { name: 'at hand' }, { atHand: true });
  await until(() => childIds().length === 2, 8000);
  await pool.prepare('later', 'countPreparation', { name: 'later' }, { atHand: true });
  await pool.prepare('other', 'countPreparation', { name: 'other' });
  await delay(300);
  const before = Date.now();

  await pool.run('crash', {}, { once: true }).catch(() => {});
  const counted = await pool.run('preparations', null);

  expect(counted.map(({ name }) => name)).toEqual(['at hand', 'later', 'other']);
  expect(counted.map(({ at }) => at < before)).toEqual([true, true, false]);
});

test('a child that outgrows its memory is ended and says so', async () => {
  const pool = await aPool({ memoryMb: 160 });

  const failure = await pool.run('grow', null).catch((error: unknown) => error);

  expect(failure).toMatchObject({ code: 'CHILD_CRASHED', details: { reason: 'ran out of memory' } });
  expect(await pool.run('double', { value: 2 })).toBe(4);
});

test('a full queue refuses the next task', async () => {
  const pool = await aPool({ maxQueued: 2, inFlightPerChild: 1 });
  await pool.run('pid', null);

  const accepted = times(3, () => pool.run('sleep', { ms: 50 }));
  const refused = pool.run('sleep', { ms: 50 });

  await expect(refused).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(await Promise.all(accepted)).toHaveLength(3);
});

test('a cancelled task ends at once, queued or running, and its place is used again', async () => {
  const pool = await aPool({ inFlightPerChild: 1 });
  const cancel = new AbortController();
  const running = pool.run('sleep', { ms: 400 }, { signal: cancel.signal });
  const queued = pool.run('double', { value: 1 }, { signal: cancel.signal });

  cancel.abort();

  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(queued).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(pool.run('double', { value: 1 }, { signal: cancel.signal })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  expect(await pool.run('double', { value: 3 })).toBe(6);
});

test('a task that asks for it has a child to itself', async () => {
  const pool = await aPool();
  await pool.run('pid', null);
  const log: string[] = [];

  await Promise.all([
    pool.run('sleep', { ms: 150 }).then(() => log.push('first')),
    pool.run('sleep', { ms: 10 }, { alone: true }).then(() => log.push('alone')),
    pool.run('sleep', { ms: 0 }).then(() => log.push('last')),
  ]);

  expect(log).toEqual(['first', 'alone', 'last']);
});

test('a preparation runs in every child, and in a new child before its work', async () => {
  const pool = await aPool({ size: 2 });

  const pids = await pool.prepare('value', 'prepare', { value: 41 });
  await pool.prepare('value', 'prepare', { value: 42 });
  await pool.run('crash', {}).catch(() => {});
  const seen = await Promise.all(times(6, () => pool.run('prepared', null)));

  expect(new Set(pids).size).toBe(2);
  expect(seen).toEqual(times(6, () => 42));
});

test('a forgotten preparation does not reach new children', async () => {
  const pool = await aPool();
  await pool.prepare('value', 'prepare', { value: 1 });

  pool.forget('value');
  await pool.run('crash', {}).catch(() => {});

  expect(await pool.run('prepared', null)).toBeUndefined();
});

test('a refused preparation tells why and leaves the one before it in place', async () => {
  const pool = await aPool();
  await pool.prepare('value', 'prepare', { value: 7 });

  await expect(pool.prepare('value', 'refusePreparation', null)).rejects.toMatchObject({ code: 'MODEL_NOT_SERVED' });
  await pool.run('crash', {}).catch(() => {});

  expect(await pool.run('prepared', null)).toBe(7);
});

test.each([
  { task: 'hang', input: null, code: 'DEADLINE_EXCEEDED' },
  { task: 'crash', input: {}, code: 'CHILD_CRASHED' },
] as const)('a preparation that ends in $code does not take the pool with it', async ({ task, input, code }) => {
  const pool = await aPool();

  await expect(pool.prepare('bad', task, input as never, { deadlineMs: 300 })).rejects.toMatchObject({ code });

  expect(await pool.run('double', { value: 5 })).toBe(10);
});

test.each([
  { task: 'hang', input: null, code: 'DEADLINE_EXCEEDED' },
  { task: 'crash', input: {}, code: 'CHILD_CRASHED' },
  { task: 'refusePreparation', input: null, code: 'MODEL_NOT_SERVED' },
] as const)(
  'a preparation on trial that ends in $code is met by no child that works',
  async ({ task, input, code }) => {
    const pool = await aPool();
    const child = await pool.run('pid', null);

    const trying = pool.prepare('bad', task, input as never, { deadlineMs: 500, trial: true });
    trying.catch(() => {});
    const meanwhile = await pool.run('double', { value: 5 });

    await expect(trying).rejects.toMatchObject({ code });
    expect(meanwhile).toBe(10);
    expect(await pool.run('pid', null)).toBe(child);
    expect(pool.stats().restarts).toBe(0);
  },
);

test('a preparation in turn reaches one child after the other while the others work', async () => {
  const pool = await aPool({ size: 2 });
  await pool.prepare('pid', 'pid', null);

  const prepared = pool.prepare('slow', 'sleep', { ms: 400 }, { inTurn: true });
  const works = await Promise.all(times(40, () => delay(20).then(() => pool.run('double', { value: 1 }))));

  expect(new Set(await prepared).size).toBe(2);
  expect(works).toEqual(times(40, () => 2));
});

test('a trial that is cancelled ends at once', async () => {
  const pool = await aPool();
  const cancel = new AbortController();
  const trying = pool.prepare('slow', 'hang', null, { trial: true, signal: cancel.signal });

  cancel.abort();

  await expect(trying).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await pool.run('double', { value: 2 })).toBe(4);
});

test('a tasks module that does not load fails what waits for it, with the reason', async () => {
  const pool = await aPool({ tasks: new URL('./fixtures/broken-tasks.mjs', import.meta.url) });

  const failures = await Promise.all([
    pool.run('pid', null).catch((error: unknown) => error),
    pool.prepare('value', 'prepare', { value: 1 }).catch((error: unknown) => error),
  ]);

  for (const failure of failures) {
    expect(failure).toMatchObject({ code: 'CHILD_CRASHED', cause: { message: 'this module does not load' } });
  }
});

test('a tasks module that is named by its source is run from the build', async () => {
  const source = new URL('../../../core/src/model/picture-tasks.ts', import.meta.url);
  const pool = await openTaskPool<PictureTasks>({ tasks: source, size: 1 });
  onTestFinished(() => pool[Symbol.asyncDispose]());
  const limits = { bytes: 1000, pixels: 1000, sidePx: 1000 };

  await expect(pool.run('analyze', { bytes: new Uint8Array(), limits })).rejects.toMatchObject({ code: 'IMAGE_EMPTY' });
});

test('children see nothing of the parent: environment, arguments or folder', async () => {
  const pool = await aPool({ env: { GIVEN: '1' } });

  const { env, files, cwd, execArgv } = await pool.run('surroundings', null);

  expect(env).toEqual(expect.arrayContaining(['GIVEN', 'HOME', 'TMPDIR', 'TZ']));
  expect(env.filter((name) => name in process.env && !['HOME', 'TMPDIR', 'TZ', 'LANG'].includes(name))).toEqual([]);
  expect(files).toEqual([]);
  expect(cwd).not.toBe(process.cwd());
  expect(execArgv).toEqual(['--max-old-space-size=512']);
});

test('disposing ends every child, removes their folder and refuses more work', async () => {
  const pool = await aPool({ size: 2, inFlightPerChild: 1 });
  const pids = await Promise.all(times(2, () => pool.run('sleep', { ms: 100 })));
  const { cwd } = await pool.run('surroundings', null);
  const running = pool.run('sleep', { ms: 100 });
  const waiting = times(3, () => pool.run('hang', null).catch((error: unknown) => error));

  await pool[Symbol.asyncDispose]();

  expect(pids.map(isAlive)).toEqual([false, false]);
  expect(existsSync(cwd)).toBe(false);
  expect(await running).toBeGreaterThan(0);
  for (const failure of await Promise.all(waiting)) expect(failure).toMatchObject({ code: 'CANCELLED' });
  await expect(pool.run('pid', null)).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('no child outlives a parent that is killed, not even a hanging one', async () => {
  const parent = spawn(process.execPath, [fileURLToPath(new URL('./fixtures/parent.mjs', import.meta.url))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const { pids, folder } = JSON.parse(line.toString()) as { pids: number[]; folder: string };

  parent.kill('SIGKILL');
  await until(() => !pids.some(isAlive), 3000);

  expect(new Set(pids).size).toBe(2);
  expect(pids.map(isAlive)).toEqual([false, false]);
  expect(existsSync(folder)).toBe(false);
});
