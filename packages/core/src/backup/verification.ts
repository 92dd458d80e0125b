/** @file What reading all of a backup came to is kept beside it, so that lists can say when it was last known to be whole. */
import { type BackupReport, type BackupVerification, backupVerificationSchema } from '@tintype/contracts/backup';
import { TintypeError } from '@tintype/contracts/errors';
import type { Clock } from '../ports/clock.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';

const verificationName = 'verified.json';

/** Takes the place of an earlier one. Throws what the place throws. */
export async function recordVerification(
  { place, clock }: { place: Pick<ObjectStore, 'put'>; clock: Clock },
  { id, problemCount }: Pick<BackupReport, 'id' | 'problemCount'>,
): Promise<BackupVerification> {
  const verified: BackupVerification = { at: clock.now(), problems: problemCount };
  const bytes = new TextEncoder().encode(`${JSON.stringify(verified)}\n`);
  await place.put(objectKeys.backupPart(id, verificationName), bytes, { ifAbsent: false });
  return verified;
}

/** Throws BACKUP_DAMAGED with the first of its problems. */
export function assertUndamaged({ id, problems: [first], problemCount }: BackupReport): void {
  if (!first) return;
  const what = `${first.what} is ${first.problem === 'missing' ? 'missing' : 'not what it was'}`;
  throw new TintypeError('BACKUP_DAMAGED', { backup: id, what, problems: problemCount });
}

/** Null where nobody has verified it, or what is written there is not readable. */
export async function findVerification(
  { place }: { place: Pick<ObjectStore, 'get'> },
  id: string,
): Promise<BackupVerification | null> {
  try {
    const bytes = await place.get(objectKeys.backupPart(id, verificationName));
    return backupVerificationSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    if (error instanceof TintypeError && error.code !== 'OBJECT_NOT_FOUND') throw error;
    return null;
  }
}
