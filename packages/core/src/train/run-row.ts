/** @file A run's row ends with its work: nothing that threw stays `running`. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Run } from '@tintype/contracts/train';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';

/** Does the work; when it throws, records code and sentence (the unknown as INTERNAL, its text for the log only) and throws on. */
export async function finishRunOnFailure<T>(
  { catalog, clock }: { catalog: Pick<Catalog, 'runs'>; clock: Clock },
  run: Run,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error =
      thrown instanceof TintypeError
        ? { code: thrown.code, detail: thrown.message }
        : { code: 'INTERNAL', detail: 'An unexpected error happened.' };
    const status = error.code === 'CANCELLED' ? 'cancelled' : 'failed';
    await catalog.runs.finish(run.id, { status, endedAt: clock.now(), error });
    throw thrown;
  }
}
