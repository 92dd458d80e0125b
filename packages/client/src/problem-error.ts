/** @file What a server answered instead of what was asked for (RFC 9457), and what kept it from answering. */

/** Problem details as a Tintype server gives them. */
export interface Problem {
  title: string;
  status: number;
  /** Stable: decide by this. */
  code: string;
  /** What happened, for a person. */
  detail: string;
  /** What to do next. */
  hint: string;
  errors?: readonly { pointer: string; message: string }[];
  request_id?: string;
}

/** The server answered with a problem. */
export class ProblemError extends Error implements Problem {
  override readonly name = 'ProblemError';
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly hint: string;
  readonly errors: readonly { pointer: string; message: string }[];
  /** Name of the request, in the answer and in the server's log. */
  readonly request_id: string;

  constructor(problem: Problem) {
    super(problem.detail);
    this.title = problem.title;
    this.status = problem.status;
    this.code = problem.code;
    this.detail = problem.detail;
    this.hint = problem.hint;
    this.errors = problem.errors ?? [];
    this.request_id = problem.request_id ?? '';
  }
}

/** Nobody answered, too late, or not as a Tintype server does. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  /** `unreachable`: no connection, or it broke. `timeout`: nothing in time. `foreign`: an answer that is none of ours. */
  readonly reason: 'unreachable' | 'timeout' | 'foreign';

  constructor(reason: NoAnswerError['reason'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}

/** The problem of a reply; undefined where its body is none. */
export async function readProblem(response: Response): Promise<Problem | undefined> {
  if (!(response.headers.get('content-type') ?? '').startsWith('application/problem+json')) return undefined;
  const body = (await response.json().catch(() => undefined)) as Partial<Problem> | undefined;
  if (typeof body?.code !== 'string' || typeof body.detail !== 'string') return undefined;
  const { title = body.code, hint = '', errors, request_id } = body;
  const named = request_id ?? response.headers.get('x-request-id') ?? undefined;
  return {
    title,
    status: response.status,
    code: body.code,
    detail: body.detail,
    hint,
    ...(errors === undefined ? {} : { errors }),
    ...(named === undefined ? {} : { request_id: named }),
  };
}
