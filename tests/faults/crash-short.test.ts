/**
 * @file The short form of the fault harness, on SQLite and files: every crash point of ingest and labels, and one each of what no other test kills
 * (sync, drop zone, move, training and studies have tests of their own).
 */
import type { CrashPoint } from '@tintype/core/ports/crash-point';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { killAt, killedAt } from './crash-cases.ts';
import { listCases, type ScenarioName } from './scenarios.ts';
import { type Harness, openHarness, type Places } from './world.ts';

const places: Places = { database: 'sqlite', store: 'file' };

/** In an order in which each run still comes to its point. */
const chains: Readonly<Partial<Record<ScenarioName, readonly string[]>>> = {
  ingest: [
    'store.opened:2',
    'store.written:2',
    'store.synced:2',
    'store.linked:2',
    'store.placed:2',
    'store.durable:2',
    'ingest.analyzed:2',
    'ingest.stored:2',
    'ingest.sampled',
    'catalog.begun:2',
    'catalog.changed:2',
    'catalog.committed',
    'ingest.recorded',
  ],
  label: [
    'label.appended',
    'catalog.begun',
    'catalog.changed',
    'catalog.committed',
    'label.recorded:2',
    'class.followed',
    'trash.moved',
  ],
};

const alone: readonly ScenarioName[] = ['open', 'import', 'snapshot', 'pixels', 'checkpoint', 'job', 'verify'];
const all = listCases(places);
const cases = alone.map((scenario): [ScenarioName, readonly string[]] => [
  scenario,
  all
    .filter((one) => one.scenario === scenario)
    .slice(-1)
    .map(({ crashAt }) => crashAt),
]);

let harness: Harness;

beforeAll(async () => {
  harness = (await openHarness(places)) as Harness;
});
afterAll(() => harness[Symbol.asyncDispose]());

const chosen = [...(Object.entries(chains) as [ScenarioName, readonly string[]][]), ...cases];

test.each(chosen)('%s killed at %j ends as if never killed', { timeout: 120_000 }, async (scenario, crashes) => {
  const { killed, damage, outcome, unharmed } = await killAt(harness, scenario, crashes);

  expect({ killed, damage }).toEqual({ killed: killedAt(crashes), damage: [] });
  expect(outcome).toEqual(unharmed);
});

test('the chains have every point of their scenarios', () => {
  for (const [scenario, crashes] of Object.entries(chains)) {
    const named = crashes.map((crashAt) => crashAt.split(':')[0] as CrashPoint);
    const points = all.filter((one) => one.scenario === scenario).map(({ point }) => point);
    expect(named.toSorted()).toEqual(points.toSorted());
  }
});
