/** @file Every address the page asks, with the schema of its answer. */
import { type SessionView, sessionViewSchema } from '@tintype/contracts/access';
import {
  changedSchema,
  type HistoryView,
  historyViewSchema,
  type ModelsView,
  modelsViewSchema,
  type VersionView,
  versionViewSchema,
  type WorkspaceView,
  workspaceViewSchema,
} from '@tintype/contracts/api';
import { type AliasLogEntry, aliasLogEntrySchema } from '@tintype/contracts/registry';
import { type Health, healthSchema } from '@tintype/contracts/serve';
import { request } from './client.ts';

const segment = encodeURIComponent;

export const getHealth = (signal?: AbortSignal): Promise<Health> =>
  request(healthSchema, '/health', { signal, timeoutMs: 5000 });

export const getSession = (signal?: AbortSignal): Promise<SessionView> =>
  request(sessionViewSchema, '/api/session', { signal });

/** Throws LOGIN_REFUSED, RATE_LIMITED. */
export const logIn = (body: { name: string; password: string }): Promise<SessionView> =>
  request(sessionViewSchema, '/api/login', { method: 'POST', body });

/** Throws INVITATION_INVALID, USER_EXISTS. */
export const join = (body: { invitation: string; name: string; password: string }): Promise<SessionView> =>
  request(sessionViewSchema, '/api/join', { method: 'POST', body });

export const logOut = (): Promise<SessionView> => request(sessionViewSchema, '/api/logout', { method: 'POST' });

export const getWorkspace = (signal?: AbortSignal): Promise<WorkspaceView> =>
  request(workspaceViewSchema, '/api/workspace', { signal });

export const thumbnailUrl = (id: string): string => `/api/samples/${segment(id)}/thumbnail`;
/** The bytes that were ingested. */
export const originalUrl = (id: string): string => `/api/samples/${segment(id)}/picture`;
/** The same, or a JPEG of what browsers do not show. */
export const pictureUrl = (id: string): string => `${originalUrl(id)}?for=screen`;

/** Ids one request may name. */
const idsPerRequest = 10_000;

/** Moves samples into the trash, or back. Resolves to how many changed. */
export async function moveSamples(ids: readonly string[], to: 'remove' | 'restore'): Promise<number> {
  let changed = 0;
  for (let start = 0; start < ids.length; start += idsPerRequest) {
    const body = { ids: ids.slice(start, start + idsPerRequest) };
    changed += (await request(changedSchema, `/api/samples/${to}`, { method: 'POST', body })).changed;
  }
  return changed;
}

export const listModels = (signal?: AbortSignal): Promise<ModelsView> =>
  request(modelsViewSchema, '/api/models', { signal });

export const getVersion = (model: string, version: number, signal?: AbortSignal): Promise<VersionView> =>
  request(versionViewSchema, `/api/models/${segment(model)}/versions/${version}`, { signal });

export const getHistory = (model: string, signal?: AbortSignal): Promise<HistoryView> =>
  request(historyViewSchema, `/api/models/${segment(model)}/history`, { signal });

/** Throws ALIAS_CONFLICT where the alias is not on `expected` any more. */
export const moveAlias = (
  model: string,
  alias: string,
  move: { version: number; expected: number | null },
): Promise<AliasLogEntry> =>
  request(aliasLogEntrySchema, `/api/models/${segment(model)}/aliases/${segment(alias)}`, {
    method: 'POST',
    body: move,
  });
