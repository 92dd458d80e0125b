/** @file Ingest and labeling killed at any moment, 300 times: nothing lost, nothing doubled, nothing half visible. */
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findDamage } from './crash-cases.ts';
import type { ScenarioName } from './scenarios.ts';
import { type Harness, openHarness, type World } from './world.ts';

const kills = Number(process.env.TINTYPE_KILLS ?? 300);
/** Of one workspace; then it is finished, and compared. */
const killsOfOne = 10;
const longestMs = 160;

let harness: Harness;

beforeAll(async () => {
  harness = (await openHarness({ database: 'sqlite', store: 'file' })) as Harness;
});
afterAll(() => harness[Symbol.asyncDispose]());

/** Whether it was still at work. */
async function killSometime(world: World, scenario: ScenarioName): Promise<boolean> {
  const child = harness.start(world, scenario);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const closed = once(child, 'close');
  const began = once(child.stdout as Readable, 'data').then(() => true);
  if (!(await Promise.race([began, closed.then(() => false)])))
    throw new Error(`${scenario} ended before it began: ${said}`);
  await delay(Math.random() * longestMs);
  child.kill('SIGKILL');
  const [, signal] = (await closed) as [unknown, string | null];
  return signal === 'SIGKILL';
}

async function finish(world: World): Promise<unknown> {
  for (const scenario of ['ingest', 'label'] as const)
    expect(await harness.run(world, scenario)).toMatchObject({ code: 0 });
  return harness.readOutcome(world);
}

test(`${kills} kills while pictures are taken in and labeled`, { timeout: 3_600_000 }, async () => {
  const expected = await finish(await harness.prepare('ingest'));
  let done = 0;

  while (done < kills) {
    const world = await harness.prepare('ingest');
    for (const scenario of ['ingest', 'label'] as const) {
      for (let n = 0; n < killsOfOne / 2; n += 1) {
        if (await killSometime(world, scenario)) done += 1;
        expect(await findDamage(harness, world)).toEqual([]);
      }
      await harness.run(world, scenario);
    }
    expect(await finish(world)).toEqual(expected);
  }

  console.log(
    JSON.stringify({ benchmark: 'random-kills', kills: done, lost: 0, doubled: 0, halfVisible: 0, met: done >= kills }),
  );
});
