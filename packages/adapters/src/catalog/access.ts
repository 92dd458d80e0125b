/** @file The access store: tokens, users, sessions and invitations, with hashes in the place of every secret. */
import type { ApiToken, Role, User } from '@tintype/contracts/access';
import { TintypeError } from '@tintype/contracts/errors';
import type { AccessStore, HashedSecret, StoredInvitation } from '@tintype/core/ports/access-store';
import type { Kysely, Selectable } from 'kysely';
import { createAuditLog } from './audit.ts';
import { fromJson, type StoreContext, type Write, write } from './context.ts';
import type { InvitationTable, Tables, TokenTable, UserTable } from './schema.ts';
import { writeUnlessBusy } from './write-unless-busy.ts';

export function createAccessStore(context: StoreContext): AccessStore {
  return {
    ...tokens(context),
    ...users(context),
    ...invitations(context),
    ...sessions(context),
    ...createAuditLog(context),
  };
}

function tokens(context: StoreContext) {
  const { db } = context;
  return {
    createToken: (token) =>
      write(context, async (trx) => {
        await trx.insertInto('tokens').values(fromToken(token)).execute();
      }),
    async findToken(id) {
      const row = await db.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst();
      return row && { ...toToken(row), secretHash: row.secret_hash };
    },
    async listTokens() {
      const rows = await db.selectFrom('tokens').selectAll().orderBy('sequence', 'desc').execute();
      return rows.map(toToken);
    },
    revokeToken: (id, at) =>
      write(context, async (trx) => {
        await trx
          .updateTable('tokens')
          .set({ revoked_at: at })
          .where('id', '=', id)
          .where('revoked_at', 'is', null)
          .execute();
        const row = await trx.selectFrom('tokens').selectAll().where('id', '=', id).executeTakeFirst();
        if (!row) throw new TintypeError('TOKEN_NOT_FOUND', { token: id });
        return toToken(row);
      }),
    touchToken: (id, at) =>
      writeUnlessBusy(context, (connection) =>
        connection.updateTable('tokens').set({ last_used_at: at }).where('id', '=', id).execute(),
      ),
  } satisfies Partial<AccessStore>;
}

function users(context: StoreContext) {
  const { db } = context;
  return {
    async listUsers() {
      const rows = await db.selectFrom('users').selectAll().orderBy('key').execute();
      return rows.map(toUser);
    },
    async findUser(name) {
      const row = await db.selectFrom('users').selectAll().where('key', '=', keyOf(name)).executeTakeFirst();
      return row && { ...toUser(row), passwordHash: row.password_hash };
    },
    hasAdmin: () => hasAdmin(db),
    updateUser: (name, change) => write(context, (trx) => updateUser(trx, name, change)),
  } satisfies Partial<AccessStore>;
}

async function updateUser(
  trx: Write,
  name: string,
  { role, disabledAt }: { role?: Role; disabledAt?: number | null },
): Promise<User> {
  const columns = {
    ...(role === undefined ? {} : { role }),
    ...(disabledAt === undefined ? {} : { disabled_at: disabledAt }),
  };
  const row = await trx
    .updateTable('users')
    .set(columns)
    .where('key', '=', keyOf(name))
    .returningAll()
    .executeTakeFirst();
  if (!row) throw new TintypeError('USER_NOT_FOUND', { user: name });
  if (!(await hasAdmin(trx))) throw new TintypeError('LAST_ADMIN', { user: row.name });
  if (row.disabled_at !== null) await trx.deleteFrom('sessions').where('user_key', '=', row.key).execute();
  return toUser(row);
}

function invitations(context: StoreContext) {
  const { db } = context;
  return {
    createInvitation: (invitation) =>
      write(context, async (trx) => {
        const { isForFirstAdmin, createdAt } = invitation;
        if (isForFirstAdmin) {
          const open = trx.updateTable('invitations').set({ used_at: createdAt });
          await open.where('is_for_first_admin', '=', 1).where('used_at', 'is', null).execute();
        }
        await trx.insertInto('invitations').values(fromInvitation(invitation)).execute();
      }),
    async findInvitation(id, at) {
      const row = await findInvitation(db, id, at);
      return row && toInvitation(row);
    },
    acceptInvitation: (id, user) => write(context, (trx) => acceptInvitation(trx, id, user)),
  } satisfies Partial<AccessStore>;
}

async function findInvitation(
  db: Kysely<Tables>,
  id: string,
  at: number,
): Promise<Selectable<InvitationTable> | undefined> {
  const open = db.selectFrom('invitations').selectAll().where('id', '=', id).where('used_at', 'is', null);
  const row = await open.where('expires_at', '>', at).executeTakeFirst();
  return row?.is_for_first_admin && (await hasAdmin(db)) ? undefined : row;
}

async function acceptInvitation(
  trx: Write,
  id: string,
  { name, passwordHash, at }: { name: string; passwordHash: string; at: number },
): Promise<User> {
  const invitation = await findInvitation(trx, id, at);
  if (!invitation) throw new TintypeError('INVITATION_INVALID', {});
  await trx.updateTable('invitations').set({ used_at: at }).where('id', '=', id).execute();
  if (invitation.user_key !== null) return changePassword(trx, invitation.user_key, { name, passwordHash });

  const row: UserTable = {
    key: keyOf(name),
    name,
    role: invitation.role,
    password_hash: passwordHash,
    created_by: invitation.created_by,
    created_at: at,
    disabled_at: null,
  };
  const made = await trx
    .insertInto('users')
    .values(row)
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('key')
    .executeTakeFirst();
  if (!made) throw new TintypeError('USER_EXISTS', { user: name });
  return toUser(row);
}

async function changePassword(
  trx: Write,
  key: string,
  { name, passwordHash }: { name: string; passwordHash: string },
): Promise<User> {
  if (keyOf(name) !== key) throw new TintypeError('USER_NOT_FOUND', { user: name });
  const changed = trx.updateTable('users').set({ password_hash: passwordHash }).where('key', '=', key);
  const row = await changed.returningAll().executeTakeFirstOrThrow();
  await trx.deleteFrom('sessions').where('user_key', '=', key).execute();
  return toUser(row);
}

function sessions(context: StoreContext) {
  const { db } = context;
  return {
    createSession: ({ id, secretHash, user, createdAt, usedAt }) =>
      write(context, async (trx) => {
        const row = { id, secret_hash: secretHash, user_key: keyOf(user), created_at: createdAt, used_at: usedAt };
        await trx.insertInto('sessions').values(row).execute();
      }),
    async findSession(id) {
      const row = await db
        .selectFrom('sessions')
        .innerJoin('users', 'users.key', 'sessions.user_key')
        .select(['sessions.id', 'secret_hash', 'sessions.created_at', 'used_at', 'users.name', 'role'])
        .where('sessions.id', '=', id)
        .where('disabled_at', 'is', null)
        .executeTakeFirst();
      if (!row) return undefined;
      const { secret_hash: secretHash, created_at: createdAt, used_at: usedAt, name: user } = row;
      return { id, secretHash, user, createdAt, usedAt, role: row.role as Role };
    },
    touchSession: (id, at) =>
      writeUnlessBusy(context, (connection) =>
        connection.updateTable('sessions').set({ used_at: at }).where('id', '=', id).execute(),
      ),
    endSession: (id) =>
      write(context, async (trx) => {
        await trx.deleteFrom('sessions').where('id', '=', id).execute();
      }),
    removeOldSessions: ({ createdAt, usedAt }) =>
      write(context, async (trx) => {
        const old = trx.deleteFrom('sessions');
        const [made, used] = [Math.floor(createdAt), Math.floor(usedAt)];
        await old.where((eb) => eb.or([eb('created_at', '<', made), eb('used_at', '<', used)])).execute();
      }),
  } satisfies Partial<AccessStore>;
}

/** Names that differ by case alone are one name. */
const keyOf = (name: string): string => name.toLowerCase();

async function hasAdmin(db: Kysely<Tables>): Promise<boolean> {
  const admins = db.selectFrom('users').select('key').where('role', '=', 'admin').where('disabled_at', 'is', null);
  return (await admins.executeTakeFirst()) !== undefined;
}

function fromToken(token: ApiToken & HashedSecret): Omit<Selectable<TokenTable>, 'sequence'> {
  return {
    id: token.id,
    name: token.name,
    secret_hash: token.secretHash,
    role: token.role,
    scopes: JSON.stringify(token.scopes),
    created_by: token.createdBy,
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    last_used_at: token.lastUsedAt,
    revoked_at: token.revokedAt,
  };
}

function toToken(row: Selectable<TokenTable>): ApiToken {
  return {
    id: row.id,
    name: row.name,
    role: row.role as Role,
    scopes: fromJson(row.scopes),
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}

function toUser(row: UserTable): User {
  const { name, role, created_by: createdBy, created_at: createdAt, disabled_at: disabledAt } = row;
  return { name, role: role as Role, createdBy, createdAt, disabledAt };
}

function fromInvitation(invitation: StoredInvitation): InvitationTable {
  return {
    id: invitation.id,
    secret_hash: invitation.secretHash,
    role: invitation.role,
    user_key: invitation.user === null ? null : keyOf(invitation.user),
    is_for_first_admin: invitation.isForFirstAdmin ? 1 : 0,
    created_by: invitation.createdBy,
    created_at: invitation.createdAt,
    expires_at: invitation.expiresAt,
    used_at: null,
  };
}

function toInvitation(row: InvitationTable): StoredInvitation {
  return {
    id: row.id,
    secretHash: row.secret_hash,
    role: row.role as Role,
    user: row.user_key,
    isForFirstAdmin: row.is_for_first_admin === 1,
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}
