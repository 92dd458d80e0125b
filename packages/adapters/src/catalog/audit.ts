/** @file The record of changes: rows that the database itself refuses to change. */
import type { AuditEntry } from '@tintype/contracts/access';
import type { AccessStore } from '@tintype/core/ports/access-store';
import type { Selectable } from 'kysely';
import { fromJson, type StoreContext, write } from './context.ts';
import { parseCursor, toPage } from './cursor.ts';
import type { AuditTable } from './schema.ts';

const defaultLimit = 200;

export function createAuditLog(context: StoreContext): Pick<AccessStore, 'recordAudit' | 'listAudit'> {
  return {
    recordAudit: (entry) =>
      write(context, async (trx) => {
        await trx.insertInto('audit').values(fromEntry(entry)).execute();
      }),
    async listAudit({ who, action, cursor, limit = defaultLimit }) {
      let filtered = context.db.selectFrom('audit');
      if (who !== undefined) filtered = filtered.where('who', '=', who);
      if (action !== undefined) filtered = filtered.where('action', '=', action);
      const { total } = await filtered.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
      let page = filtered
        .selectAll()
        .orderBy('sequence', 'desc')
        .limit(limit + 1);
      if (cursor !== undefined) page = page.where('sequence', '<', parseCursor(cursor, [0] as const)[0]);
      return toPage(await page.execute(), { limit, total, toItem: toEntry, keyOf: ({ sequence }) => [sequence] });
    },
  };
}

function fromEntry(entry: AuditEntry): Omit<Selectable<AuditTable>, 'sequence'> {
  return {
    id: entry.id,
    at: entry.at,
    who: entry.who,
    token_id: entry.tokenId,
    session_id: entry.sessionId,
    action: entry.action,
    target: entry.target,
    details: entry.details && JSON.stringify(entry.details),
    status: entry.status,
    request_id: entry.requestId,
  };
}

function toEntry(row: Selectable<AuditTable>): AuditEntry {
  return {
    id: row.id,
    at: row.at,
    who: row.who,
    tokenId: row.token_id,
    sessionId: row.session_id,
    action: row.action,
    target: row.target,
    details: row.details === null ? null : fromJson(row.details),
    status: row.status,
    requestId: row.request_id,
  };
}
