/** @file A task in a child of its own, which ends after it: what it does to that child hurts no other. */
import { TintypeError } from '@tintype/contracts/errors';
import { type Child, ChildEnded } from './start-child.ts';

export interface Trial {
  task: string;
  input: unknown;
  deadlineMs: number;
  signal: AbortSignal | undefined;
}

const startDeadlineMs = 30_000;

/** Throws what the task throws, CHILD_CRASHED where it ended its child, DEADLINE_EXCEEDED, CANCELLED. */
export async function tryInChild(child: Child, { task, input, deadlineMs, signal }: Trial): Promise<void> {
  const end = (): void => child.kill();
  let isLate = false;
  const endLate = (): void => {
    isLate = true;
    end();
  };
  let timer = setTimeout(endLate, startDeadlineMs);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  try {
    await child.ready;
    clearTimeout(timer);
    timer = setTimeout(endLate, deadlineMs);
    await child.call(task, input);
  } catch (error) {
    if (!(error instanceof ChildEnded)) throw error;
    if (signal?.aborted) throw new TintypeError('CANCELLED', {}, { cause: error });
    if (isLate) throw new TintypeError('DEADLINE_EXCEEDED', { deadlineMs }, { cause: error });
    throw new TintypeError('CHILD_CRASHED', { reason: error.end.reason }, { cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
    end();
    await child.ended;
  }
}
