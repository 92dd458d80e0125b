/** @file The same work asked for by several at one time. */
import { expect, test } from 'vitest';
import { SharedWork } from './shared-work.ts';

function aWork() {
  let starts = 0;
  let finish: (value: string) => void = () => {};
  let stopped: AbortSignal | undefined;
  const shared = new SharedWork<string>();
  const ask = (signal?: AbortSignal): Promise<string> =>
    shared.run(
      'key',
      (stop) => {
        starts += 1;
        stopped = stop;
        return new Promise((resolve) => (finish = resolve));
      },
      signal,
    );
  return {
    shared,
    ask,
    finish: (value: string) => finish(value),
    starts: () => starts,
    isStopped: () => stopped?.aborted,
  };
}

test('two that ask at one time share one run, a third that comes later has its own', async () => {
  const { ask, finish, starts } = aWork();
  const both = [ask(), ask()];

  finish('first');
  expect(await Promise.all(both)).toEqual(['first', 'first']);
  const later = ask();
  finish('second');

  expect(await later).toBe('second');
  expect(starts()).toBe(2);
});

test('who leaves is told so at once while the other waits on', async () => {
  const { ask, finish, isStopped } = aWork();
  const leave = new AbortController();
  const [left, stayed] = [ask(leave.signal), ask(new AbortController().signal)];

  leave.abort();

  await expect(left).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(isStopped()).toBe(false);
  finish('done');
  expect(await stayed).toBe('done');
});

test('work that nobody waits for is put down and not joined', async () => {
  const { ask, finish, starts, isStopped, shared } = aWork();
  const leave = new AbortController();
  const left = ask(leave.signal);

  leave.abort();
  await expect(left).rejects.toMatchObject({ code: 'CANCELLED' });

  expect(isStopped()).toBe(true);
  expect(shared.size).toBe(0);
  const next = ask();
  finish('anew');
  expect(await next).toBe('anew');
  expect(starts()).toBe(2);
});

test('a failure is told to everybody', async () => {
  const shared = new SharedWork<string>();
  const fail = () => Promise.reject(new Error('broken'));

  const both = [shared.run('key', fail), shared.run('key', fail)];

  for (const outcome of await Promise.allSettled(both)) expect(outcome).toMatchObject({ status: 'rejected' });
});
