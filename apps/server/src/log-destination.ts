/** @file Where log lines go: to stderr, without ever waiting for whoever reads it, not even at the end. */
import { Socket } from 'node:net';
import type { pino } from 'pino';

/** Lines wait in memory while nobody reads, and are dropped when it is too many: a log must not hold up answers. */
const mostLogBytes = 8 * 2 ** 20;

/** For what waits when everything else has ended. */
const lastWordsMs = 1000;

type Pino = typeof pino;

/**
 * A pipe is written by the event loop: a write to a full one in a thread, as Pino does it, would keep the process from ending, for the thread
 * cannot be stopped. Files and terminals take what they are given.
 */
export function openLogDestination({ destination }: Pick<Pino, 'destination'>): { write: (line: string) => void } {
  const { stderr } = process as { stderr: NodeJS.WritableStream };
  if (!isPipe(stderr)) return destination({ dest: 2, sync: false, maxLength: mostLogBytes });
  // Whoever read it is gone: then nobody misses the lines.
  if (stderr.listenerCount('error') === 0) stderr.on('error', () => undefined);
  return {
    write(line) {
      if (stderr.writableLength < mostLogBytes) stderr.write(line);
    },
  };
}

/** Ends the process soon where nothing keeps it but lines that nobody reads. For the last act of a process. */
export function endDespiteLog(): void {
  setInterval(() => {
    if (process.stderr.writableLength > 0 && process.stdout.writableLength === 0) process.exit();
  }, lastWordsMs).unref();
}

const isPipe = (stream: NodeJS.WritableStream): stream is Socket =>
  stream instanceof Socket && !(stream as { isTTY?: boolean }).isTTY;
