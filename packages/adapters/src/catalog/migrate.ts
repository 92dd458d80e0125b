/** @file Which migrations a database still needs, and their application: all of them or none. */
import { TintypeError } from '@tintype/contracts/errors';
import { crashPoint } from '@tintype/core/ports/crash-point';
import type { Kysely, Migration } from 'kysely';
import * as kysely from './kysely.ts';
import type { Tables } from './schema.ts';

type Migrations = Readonly<Record<string, Migration>>;

/** Throws CATALOG_TOO_NEW for a migration that this version does not know. */
export async function readPendingMigrations(db: Kysely<Tables>, migrations: Migrations): Promise<string[]> {
  const query = db.withTables<{ kysely_migration: { name: string } }>().selectFrom('kysely_migration').select('name');
  const applied = new Set((await query.execute()).map((row) => row.name));
  const unknown = [...applied].find((name) => !(name in migrations));
  if (unknown !== undefined) throw new TintypeError('CATALOG_TOO_NEW', { found: unknown });
  return Object.keys(migrations).filter((name) => !applied.has(name));
}

export async function migrate(db: Kysely<Tables>, migrations: Migrations): Promise<void> {
  crashPoint('migrate.locked');
  const { error } = await new kysely.Migrator({
    db,
    provider: { getMigrations: async () => mapValues(migrations, withCrashPoint) },
  }).migrateToLatest();
  if (error) throw error;
  crashPoint('migrate.ended');
}

const withCrashPoint = (migration: Migration): Migration => ({
  async up(db) {
    await migration.up(db);
    crashPoint('migrate.step');
  },
});

function mapValues(migrations: Migrations, change: (migration: Migration) => Migration): Record<string, Migration> {
  return Object.fromEntries(Object.entries(migrations).map(([name, migration]) => [name, change(migration)]));
}
