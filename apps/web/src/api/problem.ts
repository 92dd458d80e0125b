/** @file A failure as the page knows it: the server's problem details, or our own words where no answer came. */
import { problemSchema } from '@tintype/contracts/api';
import type { z } from 'zod';

export type Problem = z.infer<typeof problemSchema>;

export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: { cause?: unknown }) {
    super(problem.detail, options);
    this.name = 'ProblemError';
    this.problem = problem;
  }
}

const ours = (code: string, status: number, title: string, detail: string, hint: string): Problem => ({
  type: `urn:tintype:error:${code}`,
  title,
  status,
  code,
  detail,
  hint,
});

/** `status` 0: there was no answer to have one. */
export const unreachable = ours(
  'SERVER_UNREACHABLE',
  0,
  'The server does not answer',
  'No answer came from the server. What it confirmed before is safe.',
  'Start it again with "npx tintype start" in the workspace; this page goes on by itself.',
);

export const timedOut = ours(
  'ANSWER_TIMED_OUT',
  0,
  'The answer took too long',
  'The server did not answer in time.',
  'Try again; if it happens twice with the same picture, leave that picture out.',
);

export const unreadableAnswer = (status: number): Problem =>
  ours(
    'ANSWER_UNREADABLE',
    status,
    'The answer was not understood',
    `The server answered in a form this page does not know (status ${status}).`,
    'Reload the page: it may be older than the server.',
  );

export const staleScreen = ours(
  'SCREEN_NOT_LOADED',
  0,
  'This screen could not be loaded',
  'Its code did not arrive: the server is away, or was updated since this page was opened.',
  'Reload the page. Nothing that was confirmed is lost.',
);

/** The model in this browser has no answer for a picture. */
export const notHere = (reason: string, cause?: unknown): ProblemError =>
  new ProblemError(
    ours(
      'PICTURE_NOT_ANSWERED_HERE',
      422,
      'This browser cannot answer for it',
      reason,
      'Let the server answer too: it reads JPEG, PNG, WebP, GIF, TIFF and AVIF.',
    ),
    { cause },
  );

/** Anything thrown, as problem details. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof ProblemError) return thrown.problem;
  return ours(
    'PAGE_FAILED',
    0,
    'Something went wrong in this page',
    thrown instanceof Error ? thrown.message : String(thrown),
    'Reload the page.',
  );
}

/** Whether asking again may go well: not where the picture itself is at fault. */
export const isPassing = ({ status }: Problem): boolean => status === 0 || status === 429 || status >= 500;

/** The body of a failed answer, as problem details. */
export function parseProblem(body: unknown, status: number): Problem {
  const parsed = problemSchema.safeParse(body);
  return parsed.success ? parsed.data : unreadableAnswer(status);
}
