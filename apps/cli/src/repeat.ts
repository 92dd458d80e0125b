/** @file The same work again and again until Ctrl+C. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, TintypeError } from '@tintype/contracts/errors';
import type { CommandContext } from './command.ts';

const passingCodes: readonly ErrorCode[] = ['BUCKET_UNREACHABLE', 'NOTIFICATIONS_UNREACHABLE', 'SYNC_RUNNING'];

/** A cloud that cannot be reached for a while is waited for; what asking again does not mend ends it. */
export async function repeat(
  context: Pick<CommandContext, 'output' | 'signal'>,
  everyMs: number,
  work: () => Promise<void>,
): Promise<void> {
  while (!context.signal.aborted) {
    try {
      await work();
    } catch (error) {
      if (context.signal.aborted) return;
      if (!(error instanceof TintypeError && passingCodes.includes(error.code))) throw error;
      context.output.problem(error);
    }
    await sleep(everyMs, undefined, { signal: context.signal }).catch(() => undefined);
  }
}
