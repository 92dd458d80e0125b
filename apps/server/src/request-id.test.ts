/** @file Names of requests: what is taken from outside is plain, everything else is made here. */
import { expect, test } from 'vitest';
import { requestIdOf } from './request-id.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';

test.each([
  [{ 'x-request-id': 'a1B2-c3_d4.e5' }, 'a1B2-c3_d4.e5'],
  [{ traceparent: `00-${trace}-00f067aa0ba902b7-01` }, trace],
  [{ 'x-request-id': 'mine', traceparent: `00-${trace}-00f067aa0ba902b7-01` }, 'mine'],
  [{ 'x-request-id': 'not plain', traceparent: `00-${trace}-00f067aa0ba902b7-01` }, trace],
])('%j names the request', (headers, id) => {
  expect(requestIdOf(headers)).toBe(id);
});

test.each([
  [{}],
  [{ 'x-request-id': '' }],
  [{ 'x-request-id': 'a b' }],
  [{ 'x-request-id': 'a\n{"level":50}' }],
  [{ 'x-request-id': '"},{' }],
  [{ 'x-request-id': 'x'.repeat(129) }],
  [{ 'x-request-id': 'one, two' }],
  [{ traceparent: `ff-${trace}-00f067aa0ba902b7-01` }],
  [{ traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }],
  [{ traceparent: `00-${trace}-${'0'.repeat(16)}-01` }],
  [{ traceparent: `00-${trace.toUpperCase()}-00f067aa0ba902b7-01` }],
  [{ traceparent: `00-${trace}` }],
])('%j names nothing: the request gets a new name', (headers) => {
  expect(requestIdOf(headers)).toMatch(/^req_[0-9a-f]{20}$/);
});
