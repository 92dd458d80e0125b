/** @file One hook that records who changed what, before the answer is sent: a change that cannot be recorded is not confirmed. */
import type { AuditEntry } from '@tintype/contracts/access';
import { recordChange } from '@tintype/core/access/record-change';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isSafeMethod } from './hosts.ts';
import type { Access } from './identify.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** What a route adds to the record of its change. Nothing secret. */
    change: Partial<Pick<AuditEntry, 'target' | 'details'>> | null;
  }
}

const longestTarget = 200;
const mostDetailBytes = 4000;

export function recordChanges(app: FastifyInstance, access: Access): void {
  app.decorateRequest('change', null);
  app.addHook('onSend', async (request, reply, payload) => {
    const identity = access.known(request);
    if (identity && reply.statusCode < 400 && isRecorded(request)) {
      await recordChange(access.needs, identity, {
        action: request.routeOptions.schema?.operationId ?? `${request.method} ${request.routeOptions.url}`,
        target: (request.change?.target ?? targetOf(request))?.slice(0, longestTarget) ?? null,
        details: small(request.change?.details ?? null),
        status: reply.statusCode,
        requestId: request.id,
      });
    }
    return payload;
  });
}

function isRecorded({ method, routeOptions: { config } }: FastifyRequest): boolean {
  if (config.isRecorded !== undefined) return config.isRecorded;
  return !isSafeMethod(method) && config.policy !== undefined && !['public', 'read', 'predict'].includes(config.policy);
}

/** `/api/models/pets/aliases/champion` -> `pets/champion` */
function targetOf({ params }: FastifyRequest): string | null {
  const values = Object.values((params ?? {}) as Record<string, string>);
  return values.length > 0 ? values.join('/') : null;
}

const small = (details: AuditEntry['details']): AuditEntry['details'] =>
  JSON.stringify(details).length > mostDetailBytes ? { isTooLarge: true } : details;
