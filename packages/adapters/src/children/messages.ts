/** @file What a pool and its children say to each other, and how a failure crosses between them. */
import { type ErrorCode, errorTable, TintypeError } from '@tintype/contracts/errors';

/** Parent to child: run this task. */
export type CallMessage = readonly [callId: number, task: string, input: unknown];

/** Parent to child: run this task, or put one down and let it throw CANCELLED. */
export type OrderMessage = CallMessage | readonly ['cancel', callId: number];

/** Child to parent: the tasks are loaded, or cannot be; then what calls tell meanwhile, and one reply per call, in any order. */
export type ReplyMessage =
  | readonly ['ready']
  | readonly ['unusable', WireError]
  | readonly ['event', callId: number, event: unknown]
  | readonly [callId: number, ok: true, output: unknown]
  | readonly [callId: number, ok: false, error: WireError];

/** A failure as plain values: ours keep code and details, others their text. */
export type WireError = { code: ErrorCode; details: unknown } | { name: string; message: string; stack: string };

/** The signal by which a child over its memory limit ends itself, so that its parent can tell why it ended. */
export const memorySignal = 'SIGUSR2';

export function packError(thrown: unknown): WireError {
  const { code, details, name, message, stack } = thrown as Partial<Record<string, unknown>>;
  if (typeof code === 'string' && code in errorTable && typeof details === 'object') {
    return { code: code as ErrorCode, details };
  }
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown), stack: '' };
  return { name: String(name), message: String(message), stack: String(stack) };
}

export function unpackError(wire: WireError): Error {
  if ('code' in wire) return new TintypeError(wire.code, wire.details as never);
  const error = new Error(wire.message);
  error.name = wire.name;
  error.stack = wire.stack;
  return error;
}
