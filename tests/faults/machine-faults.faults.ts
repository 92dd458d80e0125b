/** @file What happens to machines: a disk that is full, a worker that stands still past its lease, many first starts at once. */
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectedOutcome, findDamage } from './crash-cases.ts';
import { type Harness, openHarness, type Places } from './world.ts';

describe.each<Places>([
  { database: 'sqlite', store: 'file' },
  { database: 'postgres', store: 'file' },
])('$database', (places) => {
  let harness: Harness;

  beforeAll(async () => {
    const opened = await openHarness(places);
    if (typeof opened === 'string') throw new Error(opened);
    harness = opened;
  });
  afterAll(() => harness[Symbol.asyncDispose]());

  test('a disk that is full fails the ingest, damages nothing, and the same command ends well once there is room', async () => {
    const unharmed = await expectedOutcome(harness, 'ingest');
    const world = await harness.prepare('ingest');

    // The catalog fits none of the first; pictures of 0.7 KiB do not fit the smallest.
    for (const fileKib of [0, 64, 512]) await harness.runLimited(world, 'ingest', fileKib);
    const first = await harness.runLimited(await harness.prepare('ingest'), 'ingest', 0);
    expect(await findDamage(harness, world)).toEqual([]);
    const last = await harness.run(world, 'ingest');

    expect(first.code).not.toBe(0);
    expect(last.code).toBe(0);
    expect(await harness.readOutcome(world)).toEqual(unharmed);
  });

  test('a worker that stands still past its lease finds its job done by another, and changes nothing of it', async () => {
    const world = await harness.prepare('ingest');
    await using workspace = await harness.open(world);
    await workspace.queue.add({ kind: 'explore', input: {} });
    const stopped = harness.start(world, 'hold');
    let said = '';
    stopped.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    while (!said.includes('leased')) await once(stopped.stdout as Readable, 'data');

    stopped.kill('SIGSTOP');
    await delay(500);
    const taken = await workspace.queue.lease({ worker: 'worker_2', leaseMs: 30_000 });
    const done = taken && (await workspace.queue.finish(taken, { result: { by: 'other' } }));
    stopped.kill('SIGCONT');
    await once(stopped, 'close');

    expect(done).toBe(true);
    expect(said).toContain('{"renewed":false,"finished":false}');
    expect((await workspace.queue.list())[0]).toMatchObject({ status: 'succeeded', result: { by: 'other' } });
  });

  test('eight processes that open a new workspace at once all succeed, and find it whole', async () => {
    const world = await harness.prepare('open');

    const ends = await Promise.all(Array.from({ length: 8 }, () => harness.run(world, 'open')));

    expect(ends).toEqual(ends.map(() => ({ code: 0, signal: null, said: '' })));
    expect(await findDamage(harness, world)).toEqual([]);
  });

  test('four processes that take in the same pictures at once leave what one leaves', async () => {
    const unharmed = await expectedOutcome(harness, 'ingest');
    const world = await harness.prepare('ingest');

    const ends = await Promise.all(Array.from({ length: 4 }, () => harness.run(world, 'ingest')));

    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(await findDamage(harness, world)).toEqual([]);
    expect(await harness.readOutcome(world)).toEqual(unharmed);
  });
});
