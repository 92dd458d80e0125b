/** @file Whether the client still waits. */
import type { FastifyRequest } from 'fastify';

/** Calls `work` with a signal that aborts when the client's connection ends before it does. */
export async function withClientSignal<T>(
  { socket }: FastifyRequest,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const left = new AbortController();
  const leave = (): void => left.abort();
  socket.once('close', leave);
  try {
    return await work(left.signal);
  } finally {
    socket.off('close', leave);
  }
}
