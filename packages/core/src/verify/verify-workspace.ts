/** @file Looks for everything that is not as it was promised, and mends it where that is asked: nothing that somebody labeled is ever deleted. */
import { TintypeError } from '@tintype/contracts/errors';
import { type Finding, findingKinds, type VerifyOptions, type VerifyReport } from '@tintype/contracts/verify';
import { crashPoint } from '../ports/crash-point.ts';
import type { Check, CheckContext, Found, Looked, VerifyNeeds } from './check.types.ts';
import { checkBundles } from './check-bundles.ts';
import { checkCopies, checkShards } from './check-derived.ts';
import { checkMachine } from './check-machine.ts';
import { checkPictures } from './check-pictures.ts';
import { checkQuarantine } from './check-quarantine.ts';
import { checkRows } from './check-rows.ts';
import { checkSnapshots } from './check-snapshots.ts';

export type { VerifyNeeds } from './check.types.ts';

/** What is looked at, in this order: rows first, since the others ask them. */
const checks: Readonly<Record<string, Check>> = {
  rows: checkRows,
  pictures: checkPictures,
  snapshots: checkSnapshots,
  models: checkBundles,
  'computed data': checkShards,
  copies: checkCopies,
  quarantine: checkQuarantine,
  'this machine': checkMachine,
};

export interface VerifyRequest extends VerifyOptions {
  onFinding?: (finding: Finding) => void;
  onProgress?: (progress: Looked & { stage: string }) => void;
  signal?: AbortSignal;
}

const mostFindings = 1000;

/** Everything is read once, so that little of a database is worth keeping in memory. */
export const verifyCacheBytes = 8 * 2 ** 20;

/**
 * Memory does not grow with the workspace. Where the database is damaged nothing is mended: its rows may be missing for no other reason. Throws
 * CANCELLED, and what catalog and store throw.
 */
export async function verifyWorkspace(needs: VerifyNeeds, request: VerifyRequest): Promise<VerifyReport> {
  const startedAt = needs.clock.now();
  const looked: Looked = { pictures: 0, objects: 0, sizeBytes: 0 };
  const context: CheckContext = { ...needs, isQuick: request.isQuick, looked };
  const tally = { counts: {} as VerifyReport['counts'], damage: 0, leftovers: 0, repaired: 0, unmended: 0 };
  const findings: Finding[] = [];
  const isDamaged = (): boolean => tally.counts['database-damaged'] !== undefined;
  for (const [stage, check] of Object.entries(checks)) {
    request.onProgress?.({ ...looked, stage });
    try {
      for await (const found of check(context)) {
        if (request.signal?.aborted) throw new TintypeError('CANCELLED', {});
        const finding = await settle(found, request.repairs && !isDamaged());
        count(tally, finding);
        if (findings.length < mostFindings) findings.push(finding);
        request.onFinding?.(finding);
        request.onProgress?.({ ...looked, stage });
      }
    } catch (error) {
      // What is asked of a damaged database may fail at any row: what was found until then is told.
      if (!(isDamaged() && error instanceof TintypeError && error.kind === 'storage')) throw error;
    }
  }
  const { unmended, ...counted } = tally;
  const durationMs = needs.clock.now() - startedAt;
  return { isQuick: request.isQuick, isSound: unmended === 0, ...looked, ...counted, findings, durationMs };
}

async function settle({ mend, ...found }: Found, isMended: boolean): Promise<Finding> {
  const repair = (isMended && (await mend?.())) || null;
  if (repair !== null) crashPoint('verify.mended');
  return { ...found, severity: findingKinds[found.kind].severity, repair };
}

function count(
  tally: Pick<VerifyReport, 'counts' | 'damage' | 'leftovers' | 'repaired'> & { unmended: number },
  { kind, severity, repair }: Finding,
): void {
  tally.counts[kind] = (tally.counts[kind] ?? 0) + 1;
  if (severity === 'damage') tally.damage += 1;
  else tally.leftovers += 1;
  if (repair !== null) tally.repaired += 1;
  else if (severity === 'damage') tally.unmended += 1;
}
