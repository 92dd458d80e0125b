/** @file What PostgreSQL's result codes and lost connections mean, as sentences. */
import { TintypeError } from '@tintype/contracts/errors';

/** Codes that speak of the server, its disk or another process (https://www.postgresql.org/docs/current/errcodes-appendix.html). Others are faults of ours. */
const reasons: Record<string, string> = {
  '25006': 'the database is read-only',
  '25P03': 'this process did nothing for too long while it held the catalog',
  '28000': 'the database does not let this user in',
  '28P01': 'the password is not that of the user',
  '3D000': 'there is no database of this name',
  '3F000': 'there is no schema to work in',
  '40001': 'another process changed the same rows',
  '40P01': 'another process changed the same rows',
  '42501': 'the user may not do this',
  '53100': 'the disk of the database is full',
  '53200': 'the database has no memory left',
  '53300': 'the database has too many connections',
  '53400': 'the database has reached a limit of its settings',
  '55P03': 'another process has held the catalog for too long',
  '57014': 'it took the database too long',
  '57P01': 'the database is shutting down',
  '57P02': 'the database crashed and starts again',
  '57P03': 'the database is starting or shutting down',
  '57P05': 'the connection was not used for too long',
  '58030': 'the disk of the database reports an error',
  XX001: 'the database is damaged',
  XX002: 'an index of the database is damaged',
  EACCES: 'the network does not allow it',
  ECONNREFUSED: 'no database answers there',
  ECONNRESET: 'the connection was lost',
  EHOSTUNREACH: 'its machine cannot be reached',
  ENETUNREACH: 'its machine cannot be reached',
  ENOTFOUND: 'its machine is not known',
  EAI_AGAIN: 'its machine is not known',
  EPIPE: 'the connection was lost',
  ETIMEDOUT: 'the database does not answer',
  ENOENT: 'no database answers there',
};

/** Of errors without a code: node-postgres tells a lost connection and a full pool in words alone. */
const wordReasons: readonly [RegExp, string][] = [
  [
    /Connection terminated due to connection timeout|timeout exceeded when trying to connect/,
    'the database is too busy',
  ],
  [/Connection terminated|Client has encountered a connection error|not queryable/, 'the connection was lost'],
  [/Query read timeout/, 'it took the database too long'],
  [/does not support SSL/, 'the database does not speak TLS'],
  [/certificate|self.signed|SSL|TLS/i, 'the certificate of the database is not trusted'],
];

/** PostgreSQL's five signs or the system's code, or undefined. */
export function postgresCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string') return code;
  // Several addresses were tried, and every one failed.
  return error instanceof AggregateError ? postgresCode(error.errors[0]) : undefined;
}

export function postgresReason(error: unknown): string | undefined {
  const code = postgresCode(error);
  if (code !== undefined) {
    if (code.startsWith('08')) return 'the connection was lost';
    if (reasons[code] !== undefined) return reasons[code];
    if (/^[0-9A-Z]{5}$/.test(code)) return undefined;
  }
  const text = error instanceof Error ? error.message : '';
  return wordReasons.find(([words]) => words.test(text))?.[1];
}

/** Whether the connection is of no use any more. */
export function isConnectionLost(error: unknown): boolean {
  const code = postgresCode(error);
  if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) return true;
  return /^(08|57P0|25P03|XX)/.test(code);
}

/** A text with a NUL, which SQLite keeps and PostgreSQL cannot. */
const notText = new Set(['22021', '22P05']);

/** STORAGE_FAILED for what is the matter of the server, VALIDATION_FAILED for what is no text; everything else as it is. */
export function toPostgresStorageError(error: unknown, operation: string): unknown {
  if (notText.has(postgresCode(error) ?? '')) {
    const errors = [{ pointer: '', message: 'holds a character that no text has (NUL)' }];
    return new TintypeError('VALIDATION_FAILED', { errors }, { cause: error });
  }
  const reason = postgresReason(error);
  return reason ? new TintypeError('STORAGE_FAILED', { operation, reason }, { cause: error }) : error;
}
