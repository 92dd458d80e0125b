/** @file One way to ask the server: send, parse with the contract's schema, or throw a ProblemError. */
import type { z } from 'zod';
import type { EarlyAnswer } from '../early.ts';
import { ProblemError, parseProblem, timedOut, unreachable, unreadableAnswer } from './problem.ts';

export interface RequestOptions {
  method?: 'GET' | 'POST';
  /** Sent as JSON, or as it is where it is FormData. */
  body?: unknown;
  signal?: AbortSignal | undefined;
  /** Default 20,000. */
  timeoutMs?: number;
}

/** Throws ProblemError for every failure but a cancelled request, whose AbortError passes through. */
export async function request<S extends z.ZodType>(
  schema: S,
  path: string,
  options: RequestOptions = {},
): Promise<z.output<S>> {
  const response = await send(path, options);
  const body: unknown = await response.json().catch((cause: unknown) => {
    if (cause instanceof SyntaxError) return undefined;
    if (options.signal?.aborted) throw cause;
    throw new ProblemError(unreachable, { cause });
  });
  if (!response.ok) throw new ProblemError(parseProblem(body, response.status));
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new ProblemError(unreadableAnswer(response.status), { cause: parsed.error });
  return parsed.data;
}

/** How long after it was asked for an early answer is as good as one of now. */
const earlyMs = 10_000;

/** What `early.ts` has asked for, once; undefined where it did not go well. */
async function takeEarly(path: string): Promise<Response | undefined> {
  const early: EarlyAnswer | undefined = globalThis.tintypeEarly;
  if (early?.path !== path) return undefined;
  globalThis.tintypeEarly = undefined;
  if (performance.now() - early.at > earlyMs) return undefined;
  const response = await early.answer.catch(() => undefined);
  return response?.ok ? response : undefined;
}

async function send(
  path: string,
  { method = 'GET', body, signal, timeoutMs = 20_000 }: RequestOptions,
): Promise<Response> {
  const early = method === 'GET' ? await takeEarly(path) : undefined;
  if (early) return early;
  const isForm = body instanceof FormData;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await fetch(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ProblemError(timeout.aborted ? timedOut : unreachable, { cause });
  }
}

/** `?a=1&b=2` of what is set, or nothing. */
export function toQuery(values: Record<string, string | number | boolean | undefined>): string {
  const set = Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]]));
  return set.length === 0 ? '' : `?${new URLSearchParams(set)}`;
}
