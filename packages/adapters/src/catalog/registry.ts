/** @file The registry store: immutable versions, movable aliases, and a log of every move. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Evaluation } from '@tintype/contracts/evaluate';
import type { AliasLogEntry, ModelVersion, RegisteredModel } from '@tintype/contracts/registry';
import type { NewVersion, RegistryStore } from '@tintype/core/ports/catalog';
import { crashPoint } from '@tintype/core/ports/crash-point';
import type { Kysely } from 'kysely';
import { type StoreContext, type Write, write } from './context.ts';
import { insertEvaluation } from './evaluations.ts';
import { fromNewVersion, toAliasLogEntry, toModelVersion } from './registry-rows.ts';
import type { Tables } from './schema.ts';

type Reader = Kysely<Tables>;

export function createRegistryStore(context: StoreContext): RegistryStore {
  const { db } = context;
  return {
    publish: (version, options) => write(context, (trx) => publish(trx, version, options)),
    get: (model) => getModel(db, model),
    async list() {
      const models = await db.selectFrom('models').selectAll().orderBy('name').execute();
      const versions = await listVersions(db);
      return models.map(({ name, created_at: createdAt }) => ({
        name,
        createdAt,
        versions: versions.filter((version) => version.model === name),
      }));
    },
    getVersion: (model, version) => getVersion(db, model, version),
    moveAlias: (move) => write(context, (trx) => moveAlias(trx, move)),
    async aliasLog(model) {
      let query = db.selectFrom('alias_log').selectAll();
      if (model !== undefined) query = query.where('model', '=', model);
      return (await query.orderBy('sequence', 'desc').execute()).map(toAliasLogEntry);
    },
    async findAliasAt(model, alias, at) {
      const row = await db
        .selectFrom('alias_log')
        .select('version')
        .where('model', '=', model)
        .where('alias', '=', alias)
        .where('at', '<=', at)
        .orderBy('sequence', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row?.version ?? undefined;
    },
    async findLatestAliased(alias) {
      const row = await db
        .selectFrom('alias_log')
        .innerJoin('aliases', (join) =>
          join.onRef('aliases.model', '=', 'alias_log.model').onRef('aliases.alias', '=', 'alias_log.alias'),
        )
        .select(['aliases.model', 'aliases.version'])
        .where('alias_log.alias', '=', alias)
        .orderBy('alias_log.sequence', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && getVersion(db, row.model, String(row.version));
    },
  };
}

/** Grows with every write to the registry, by whichever process. */
export async function readRegistryVersion(db: Reader): Promise<number> {
  const row = await db.selectFrom('counters').select('value').where('name', '=', 'registry').executeTakeFirst();
  return row?.value ?? 0;
}

async function bumpRegistryVersion(trx: Write): Promise<void> {
  await trx
    .insertInto('counters')
    .values({ name: 'registry', value: 1 })
    .onConflict((conflict) => conflict.column('name').doUpdateSet((eb) => ({ value: eb('counters.value', '+', 1) })))
    .execute();
}

async function publish(
  trx: Write,
  version: NewVersion,
  options: { evaluation?: Omit<Evaluation, 'model' | 'version'>; alias?: string; by: string },
): Promise<ModelVersion> {
  const { model, createdAt: at } = version;
  await trx
    .insertInto('models')
    .values({ name: model, created_at: at })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const { last } = await trx
    .selectFrom('model_versions')
    .select((eb) => eb.fn.max('version').as('last'))
    .where('model', '=', model)
    .executeTakeFirstOrThrow();
  const number = (last ?? 0) + 1;

  await trx.insertInto('model_versions').values(fromNewVersion(version, number)).execute();
  crashPoint('publish.inserted');
  if (options.evaluation) await insertEvaluation(trx, { ...options.evaluation, model, version: number });
  if (options.alias !== undefined)
    await setAlias(trx, { model, alias: options.alias, version: number, by: options.by, at });
  await bumpRegistryVersion(trx);
  return getVersion(trx, model, String(number));
}

type Move = Parameters<RegistryStore['moveAlias']>[0];

async function moveAlias(trx: Write, move: Move): Promise<AliasLogEntry> {
  await getVersion(trx, move.model, String(move.version));
  const entry = await setAlias(trx, move);
  await bumpRegistryVersion(trx);
  return entry;
}

async function setAlias(trx: Write, move: Move): Promise<AliasLogEntry> {
  const { model, alias, version, expected, by, at } = move;
  const now = await trx
    .selectFrom('aliases')
    .select('version')
    .where('model', '=', model)
    .where('alias', '=', alias)
    .executeTakeFirst();
  const previous = now?.version ?? null;
  if (expected !== undefined && expected !== previous) {
    const name = (number: number | null): string => (number === null ? 'none' : String(number));
    throw new TintypeError('ALIAS_CONFLICT', { alias, expected: name(expected), found: name(previous) });
  }

  await trx
    .insertInto('aliases')
    .values({ model, alias, version })
    .onConflict((conflict) => conflict.columns(['model', 'alias']).doUpdateSet({ version }))
    .execute();
  crashPoint('alias.moved');
  await trx.insertInto('alias_log').values({ model, alias, version, previous, moved_by: by, at }).execute();
  return { model, alias, version, previous, by, at };
}

/** Where the alias stands from now on, whatever was there; null: nowhere. */
export async function putAlias(
  trx: Write,
  { model, alias, version, by, at }: Omit<Move, 'version' | 'expected'> & { version: number | null },
): Promise<void> {
  if (version !== null) await setAlias(trx, { model, alias, version, by, at });
  else {
    const gone = await trx
      .deleteFrom('aliases')
      .where('model', '=', model)
      .where('alias', '=', alias)
      .returning('version')
      .executeTakeFirst();
    const entry = { model, alias, version: null, previous: gone?.version ?? null, moved_by: by, at };
    await trx.insertInto('alias_log').values(entry).execute();
  }
  await bumpRegistryVersion(trx);
}

async function getModel(db: Reader, name: string): Promise<RegisteredModel> {
  const row = await db.selectFrom('models').selectAll().where('name', '=', name).executeTakeFirst();
  if (!row) throw await missingModel(db, name);
  return { name, createdAt: row.created_at, versions: await listVersions(db, name) };
}

async function missingModel(db: Reader, model: string): Promise<TintypeError> {
  const known = (await db.selectFrom('models').select('name').orderBy('name').execute()).map((row) => row.name);
  return known.length === 0
    ? new TintypeError('MODEL_NONE_YET', {})
    : new TintypeError('MODEL_NOT_FOUND', { model, known });
}

/** By model, oldest version first. */
async function listVersions(db: Reader, model?: string): Promise<ModelVersion[]> {
  let versions = db.selectFrom('model_versions').selectAll();
  let aliases = db.selectFrom('aliases').selectAll().orderBy('alias');
  if (model !== undefined) {
    versions = versions.where('model', '=', model);
    aliases = aliases.where('model', '=', model);
  }
  const rows = await versions.orderBy('model').orderBy('version').execute();
  const aliasRows = await aliases.execute();
  return rows.map((row) => {
    const own = aliasRows.filter((alias) => alias.model === row.model && alias.version === row.version);
    return toModelVersion(
      row,
      own.map((alias) => alias.alias),
    );
  });
}

async function getVersion(db: Reader, model: string, version: string): Promise<ModelVersion> {
  const { versions } = await getModel(db, model);
  const found =
    versions.find((one) => String(one.version) === version) ?? versions.find((one) => one.aliases.includes(version));
  if (found) return found;
  const known = versions.flatMap((one) => [String(one.version), ...one.aliases]);
  throw new TintypeError('VERSION_NOT_FOUND', { model, version, known });
}
