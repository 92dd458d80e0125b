/** @file Every crash point on every database and store: kill -9, started again, verified, compared. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crashPoints } from '@tintype/core/ports/crash-point';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { killAt, killedAt } from './crash-cases.ts';
import { killedElsewhere, listCases } from './scenarios.ts';
import { type Harness, openHarness, type Places } from './world.ts';

const matrix: readonly Places[] = [
  { database: 'sqlite', store: 'file' },
  { database: 'sqlite', store: 's3' },
  { database: 'postgres', store: 'file' },
  { database: 'postgres', store: 's3' },
];

for (const places of matrix)
  describe(`${places.database} and ${places.store}`, () => {
    let harness: Harness;

    beforeAll(async () => {
      const opened = await openHarness(places);
      if (typeof opened === 'string') throw new Error(opened);
      harness = opened;
    });
    afterAll(() => harness[Symbol.asyncDispose]());

    test.each(listCases(places))(
      '$scenario killed at $crashAt ends as if never killed',
      async ({ scenario, crashAt }) => {
        const { killed, damage, outcome, unharmed } = await killAt(harness, scenario, [crashAt]);

        expect({ killed, damage }).toEqual({ killed: killedAt([crashAt]), damage: [] });
        expect(outcome).toEqual(unharmed);
      },
    );
  });

test('every crash point is in a scenario, or in a test that names it', () => {
  const tried = new Set<string>(matrix.flatMap((places) => listCases(places).map(({ point }) => point)));
  for (const [point, file] of Object.entries(killedElsewhere))
    if (readFileSync(join(import.meta.dirname, '../..', file), 'utf8').includes(`'${point}`)) tried.add(point);

  expect(Object.keys(crashPoints).filter((point) => !tried.has(point))).toEqual([]);
});
