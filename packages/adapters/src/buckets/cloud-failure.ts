/** @file Failures of clouds as sentences for a person. Words of the answer itself are never repeated: the address may be a stranger's. */
import { TintypeError } from '@tintype/contracts/errors';
import { systemCode } from '../storage-failure.ts';

/** What the answer says that asking again does not change, by the cloud's own name for it. */
const denials: Record<string, string> = {
  NoSuchBucket: 'there is no bucket of this name',
  InvalidBucketName: 'this is not a name that a bucket can have',
  QueueDoesNotExist: 'there is no queue of this name',
  'AWS.SimpleQueueService.NonExistentQueue': 'there is no queue of this name',
  NoSuchSubscription: 'there is no subscription of this name',
  AccessDenied: 'access is denied',
  AccessDeniedException: 'access is denied',
  AllAccessDisabled: 'access is denied',
  AccountProblem: 'access is denied',
  Forbidden: 'access is denied',
  InvalidObjectState: 'the object is in an archive',
  InvalidAccessKeyId: 'the access key is not known there',
  InvalidClientTokenId: 'the access key is not known there',
  UnrecognizedClientException: 'the access key is not known there',
  SignatureDoesNotMatch: 'the secret key is not the right one',
  InvalidToken: 'the credentials are not valid',
  ExpiredToken: 'the credentials have expired',
  TokenRefreshRequired: 'the credentials have expired',
  RequestTimeTooSkewed: 'the clock of this machine is wrong',
  CredentialsProviderError: 'this machine has no credentials for it',
  PermanentRedirect: 'the bucket is in another region',
  AuthorizationHeaderMalformed: 'the bucket is in another region',
  IllegalLocationConstraintException: 'the bucket is in another region',
};

const denialsByStatus: Record<number, string> = {
  301: 'the bucket is in another region',
  401: 'access is denied',
  403: 'access is denied',
};

const networkReasons: Record<string, string> = {
  ECONNREFUSED: 'nobody answers at its address',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ENOTFOUND: 'its host name is not known',
  EAI_AGAIN: 'its host name cannot be looked up',
  EHOSTUNREACH: 'there is no way to its address',
  ENETUNREACH: 'there is no way to its address',
  ETIMEDOUT: 'it does not answer in time',
  CutBody: 'the connection was cut',
  TimeoutError: 'it does not answer in time',
  AbortError: 'it does not answer in time',
  RequestTimeout: 'it does not answer in time',
  SlowDown: 'it is asked too often',
  QuotaExceeded: 'it is full',
};

/** What clouds' libraries put into what they throw. */
interface CloudError {
  name?: string;
  Code?: string;
  code?: string | number;
  $metadata?: { httpStatusCode?: number };
  response?: { status?: number; statusCode?: number };
  status?: number | string;
}

export function statusOf(error: unknown): number | undefined {
  const { $metadata, response, status, code } = (error ?? {}) as CloudError;
  const found = $metadata?.httpStatusCode ?? response?.status ?? response?.statusCode ?? status ?? code;
  const number = Number(found);
  return Number.isInteger(number) && number >= 100 && number < 600 ? number : undefined;
}

function namesOf(error: unknown): string[] {
  const { name, Code } = (error ?? {}) as CloudError;
  return [Code, name, systemCode(error)].filter((text) => text !== undefined);
}

export function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return namesOf(error).some((name) => names.includes(name));
}

/** There is no such object, or not in the version that was asked for. A bucket that is not there is something else. */
export function isAbsent(error: unknown): boolean {
  if (isNamed(error, 'NoSuchBucket')) return false;
  return isNamed(error, 'NoSuchKey', 'NotFound') || [404, 412].includes(statusOf(error) ?? 0);
}

/** Whether the same question may have another answer in a moment. */
export function isPassing(error: unknown): boolean {
  if (denialOf(error) !== undefined) return false;
  const status = statusOf(error);
  if (status === undefined || isNamed(error, 'RequestTimeout', 'SlowDown')) return true;
  return [408, 429].includes(status) || (status >= 500 && status !== 501);
}

/** A failure of this object alone: others of the bucket may be read. */
export function isObjectDenied(error: unknown): boolean {
  if (!(error instanceof TintypeError) || error.code !== 'BUCKET_DENIED') return false;
  return isNamed(error.cause, 'AccessDenied', 'Forbidden', 'InvalidObjectState');
}

/** An error that is told in the words that its name has here. */
export function namedError(name: string, cause?: unknown): Error {
  return Object.assign(new Error(name, { cause }), { name });
}

function denialOf(error: unknown): string | undefined {
  const named = namesOf(error).map((name) => denials[name]);
  return named.find(Boolean) ?? denialsByStatus[statusOf(error) ?? 0];
}

/** `place` is the bucket as people wrote it. */
export function cloudFailure(place: string, error: unknown): TintypeError {
  if (error instanceof TintypeError) return error;
  const { isDenied, reason } = judge(error);
  const code = isDenied ? 'BUCKET_DENIED' : 'BUCKET_UNREACHABLE';
  return new TintypeError(code, { place, reason }, { cause: error });
}

/** `place` is the queue or subscription as people wrote it. */
export function notificationsFailure(place: string, error: unknown): TintypeError {
  if (error instanceof TintypeError) return error;
  const { isDenied, reason } = judge(error);
  const code = isDenied ? 'NOTIFICATIONS_DENIED' : 'NOTIFICATIONS_UNREACHABLE';
  return new TintypeError(code, { place, reason }, { cause: error });
}

function judge(error: unknown): { isDenied: boolean; reason: string } {
  const denial = denialOf(error);
  if (denial !== undefined) return { isDenied: true, reason: denial };
  const status = statusOf(error);
  const known = namesOf(error)
    .map((name) => networkReasons[name])
    .find(Boolean);
  const unknown = status === undefined ? 'the connection failed' : `it answers with status ${status}`;
  return { isDenied: false, reason: known ?? unknown };
}
