/** @file The trainer with real children that tell, hang, die and do not listen. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type CreateTrainerOptions, createTrainer } from './create-trainer.ts';

interface Told {
  n: number;
  pid: number;
}

type TestTasks = {
  count: { input: { to: number; everyMs?: number }; event: Told; output: number };
  deaf: { input: null; event: Told; output: null };
  silent: { input: null; event: Told; output: null };
  die: { input: null; event: Told; output: null };
  diverge: { input: null; event: Told; output: null };
  grow: { input: null; event: Told; output: null };
};

const aTrainer = (options: Partial<CreateTrainerOptions> = {}) =>
  createTrainer<TestTasks>({ tasks: new URL('./fixtures/trainer-tasks.mjs', import.meta.url), ...options });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test('events arrive in order before the answer, from a process that is gone afterwards', async () => {
  const told: Told[] = [];

  const answer = await aTrainer().run('count', { to: 5 }, { onEvent: (event) => told.push(event) });

  expect(answer).toBe(5);
  expect(told.map(({ n }) => n)).toEqual([1, 2, 3, 4, 5]);
  expect(told[0]?.pid).not.toBe(process.pid);
  expect(isAlive(told[0]?.pid ?? 0)).toBe(false);
});

test('a cancelled task is asked to stop and stops by itself', async () => {
  const cancel = new AbortController();
  const onEvent = ({ n }: Told): void => {
    if (n === 3) cancel.abort();
  };

  const running = aTrainer().run('count', { to: 10_000, everyMs: 5 }, { signal: cancel.signal, onEvent });

  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('a task that does not listen is ended, and nothing starts once cancelled', async () => {
  const cancel = new AbortController();
  let pid = 0;
  const onEvent = (event: Told): void => {
    ({ pid } = event);
    cancel.abort();
  };
  const trainer = aTrainer({ stopMs: 50 });

  await expect(trainer.run('deaf', null, { signal: cancel.signal, onEvent })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  await expect(trainer.run('count', { to: 1 }, { signal: cancel.signal })).rejects.toMatchObject({ code: 'CANCELLED' });

  expect(isAlive(pid)).toBe(false);
});

test.each([
  ['die', {}, 'crashed'],
  ['silent', { silenceMs: 300 }, 'gave no sign of life'],
  ['grow', { memoryMb: 200 }, 'ran out of memory'],
] as const)('a task that would %s is reported so', async (task, options, reason) => {
  const running = aTrainer().run(task, null, options);

  await expect(running).rejects.toMatchObject({ code: 'TRAINER_ENDED', details: { reason } });
});

test('a failure of ours keeps its code and the flag to turn', async () => {
  const failure = await aTrainer()
    .run('diverge', null)
    .catch((error: unknown) => error);

  expect(failure).toMatchObject({ code: 'TRAINING_DIVERGED', hint: expect.stringContaining('--learning-rate 0.1') });
});

test('an event that cannot be taken ends the task', async () => {
  const onEvent = ({ n }: Told): void => {
    if (n === 2) throw new Error('the catalog is full');
  };

  const running = aTrainer().run('count', { to: 10_000, everyMs: 5 }, { onEvent });

  await expect(running).rejects.toThrow('the catalog is full');
});

test('a module that cannot be loaded says why', async () => {
  const trainer = aTrainer({ tasks: new URL('./fixtures/broken-tasks.mjs', import.meta.url) });

  await expect(trainer.run('count', { to: 1 })).rejects.toThrow('this module does not load');
});

test('the child ends when its parent is killed', async () => {
  const entry = fileURLToPath(new URL('./fixtures/trainer-parent.mjs', import.meta.url));
  const parent = spawn(process.execPath, [entry], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [chunk] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(chunk.toString());
  const wasAlive = isAlive(pid);

  parent.kill('SIGKILL');
  for (let tries = 0; tries < 100 && isAlive(pid); tries += 1) await delay(50);

  expect([wasAlive, isAlive(pid)]).toEqual([true, false]);
});
