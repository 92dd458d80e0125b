/** @file One command at a time works on a study: a heartbeat in its row says that somebody does, and how much was spent. */
import { setTimeout as sleep } from 'node:timers/promises';
import { TintypeError } from '@tintype/contracts/errors';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';

export interface ClaimOptions {
  /** Between two signs of life; default 2 s. */
  heartbeatMs?: number;
  signal?: AbortSignal;
}

export interface Claim extends AsyncDisposable {
  /** Of the study, up to now. */
  spentMs(): number;
}

/** Beats that may be missed before a study counts as left. */
const missedBeats = 2.5;

/**
 * Where the last sign of life is recent, waits for another one: a command that was killed gives none. Throws STUDY_BUSY where there is
 * one, CANCELLED, STUDY_NOT_FOUND.
 */
export async function claimStudy(
  { catalog, clock }: { catalog: Pick<Catalog, 'studies'>; clock: Clock },
  name: string,
  { heartbeatMs = 2000, signal }: ClaimOptions = {},
): Promise<Claim> {
  const { studies } = catalog;
  const { heartbeatAt, spentMs: before } = await studies.get(name);
  const quietMs = heartbeatMs * missedBeats;
  if (heartbeatAt !== null && clock.now() - heartbeatAt < quietMs) {
    await sleep(quietMs, undefined, signal ? { signal } : {}).catch((cause: unknown) => {
      throw new TintypeError('CANCELLED', {}, { cause });
    });
    if ((await studies.get(name)).heartbeatAt !== heartbeatAt) throw new TintypeError('STUDY_BUSY', { study: name });
  }

  const startedAt = clock.now();
  const spentMs = (): number => before + clock.now() - startedAt;
  const beat = (): Promise<void> => studies.update(name, { heartbeatAt: clock.now(), spentMs: spentMs() });
  await beat();
  // A beat that fails says nothing of the work; the next write of a trial would fail too, and be heard.
  const timer = setInterval(() => void beat().catch(() => undefined), heartbeatMs);
  return {
    spentMs,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await studies.update(name, { heartbeatAt: null, spentMs: spentMs() });
    },
  };
}
