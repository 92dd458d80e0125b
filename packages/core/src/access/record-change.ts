/** @file Appends to the record of who changed what. */
import type { AuditEntry, Identity } from '@tintype/contracts/access';
import type { AccessNeeds } from './needs.types.ts';

export type Change = Pick<AuditEntry, 'action'> &
  Partial<Pick<AuditEntry, 'target' | 'details' | 'status' | 'requestId'>>;

export async function recordChange(
  { catalog, clock }: Pick<AccessNeeds, 'catalog' | 'clock'>,
  by: Pick<Identity, 'name' | 'tokenId' | 'sessionId'>,
  { action, target = null, details = null, status = 200, requestId = null }: Change,
): Promise<void> {
  await catalog.access.recordAudit({
    id: clock.newId('audit'),
    at: clock.now(),
    who: by.name,
    tokenId: by.tokenId ?? null,
    sessionId: by.sessionId ?? null,
    action,
    target,
    details,
    status,
    requestId,
  });
}
