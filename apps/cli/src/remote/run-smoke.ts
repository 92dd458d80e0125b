/** @file Asks a running server everything it can be asked, once, and changes nothing. */
import type { Client } from '@tintype/client/create-client';
import { type OperationId, operations } from '@tintype/client/generated/api';
import { NoAnswerError, ProblemError } from '@tintype/client/problem-error';
import { type SmokeCheck, smokeChecks, smokePages, smokePictures } from './smoke-checks.ts';

export interface SmokeRow {
  /** Name of the operation, or path of a page. */
  check: string;
  /** `POST /predict` */
  route: string;
  outcome: 'ok' | 'failed' | 'not allowed';
  durationMs: number;
  /** What it answered, where that is not simply an answer. */
  note: string;
}

const notAllowed: readonly string[] = ['UNAUTHENTICATED', 'FORBIDDEN'];

interface Asked {
  client: Client;
  server: string;
  signal: AbortSignal;
}

/** In the order of the API's document; pages last. An operation that nobody wrote a check for has failed. */
export async function* runSmoke({ client, server, signal }: Asked): AsyncGenerator<SmokeRow> {
  const checks = smokeChecks();
  const ask = (operation: OperationId, request: object) => client.call(operation, request as never, { signal });
  for (const [operation, { method, path }] of Object.entries(operations) as [
    OperationId,
    { method: string; path: string },
  ][]) {
    const check = checks[operation];
    const route = `${method} ${path}`;
    if (check) yield await judge({ check: operation, route }, check, () => ask(operation, check.request));
    else yield { check: operation, route, outcome: 'failed', durationMs: 0, note: 'no check is written for it' };
    if (operation !== 'predict') continue;
    for (const { name, body, orElse = [] } of smokePictures)
      yield await judge({ check: name, route }, { request: {}, orElse }, () => ask('predict', { body }));
  }
  for (const page of smokePages) {
    yield await judge({ check: page, route: `GET ${page}` }, { request: {} }, () =>
      askPage(`${server}${page}`, signal),
    );
  }
}

async function askPage(address: string, signal: AbortSignal): Promise<Response> {
  const response = await fetch(address, { signal, redirect: 'error', headers: { accept: 'text/html, */*' } });
  if (!response.ok) throw new NoAnswerError('foreign', `status ${response.status}`);
  return response;
}

async function judge(
  named: Pick<SmokeRow, 'check' | 'route'>,
  { orElse = [], mustRefuse = false }: SmokeCheck,
  ask: () => Promise<unknown>,
): Promise<SmokeRow> {
  const startedAt = performance.now();
  const row = (outcome: SmokeRow['outcome'], note = ''): SmokeRow => ({
    ...named,
    outcome,
    durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
    note,
  });
  try {
    const reply = await ask();
    // A stream or a file: that it began is enough.
    if (reply instanceof Response) await reply.body?.cancel();
    if (mustRefuse) return row('failed', 'it answered where it should have refused');
    return row('ok', noteOf(reply));
  } catch (thrown) {
    if (thrown instanceof ProblemError) {
      if (orElse.includes(thrown.code)) return row('ok', thrown.code);
      return row(notAllowed.includes(thrown.code) ? 'not allowed' : 'failed', `${thrown.status} ${thrown.code}`);
    }
    if (thrown instanceof NoAnswerError) return row('failed', thrown.message);
    if (thrown instanceof TypeError) return row('failed', 'no connection');
    throw thrown;
  }
}

/** What health and predictions say beside that they are there. */
function noteOf(reply: unknown): string {
  const { status, reason } = (reply ?? {}) as { status?: unknown; reason?: unknown };
  return [status, reason].filter((part) => typeof part === 'string').join(' ');
}
