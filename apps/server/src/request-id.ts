/** @file Names a request: as whoever sent it did, where that is a plain name, else anew. */
import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const plainId = /^[\w.:=+@/-]{1,128}$/;
/** Version, trace, parent, flags: https://www.w3.org/TR/trace-context/#traceparent-header */
const traceParent = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A valid x-request-id, else the trace id of a valid traceparent, else a new id. */
export function requestIdOf(headers: IncomingHttpHeaders): string {
  const { 'x-request-id': given, traceparent } = headers;
  if (typeof given === 'string' && plainId.test(given)) return given;
  const traceId = typeof traceparent === 'string' ? traceParent.exec(traceparent)?.[1] : undefined;
  return traceId ?? `req_${randomBytes(10).toString('hex')}`;
}
