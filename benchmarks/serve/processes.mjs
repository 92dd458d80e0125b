/** @file For benchmarks of serving: processes that answer messages, and the pictures that are sent. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { shared } from '../pictures.mjs';

/** Free when it was looked for. */
export async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** `ask` sends a message and gives the next one that comes back. */
export async function startProcess(script, args = [], { execArgv = [] } = {}) {
  const child = fork(join(import.meta.dirname, script), args.map(String), {
    // A server's log is made as always, and not kept.
    stdio: ['ignore', 'ignore', script.startsWith('server') ? 'ignore' : 'inherit', 'ipc'],
    execArgv,
  });
  const ended = once(child, 'exit');
  const first = await nextMessage(child, ended);
  return {
    child,
    first,
    ended,
    ask(message) {
      const answer = nextMessage(child, ended);
      child.send(message);
      return answer;
    },
    async end(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
    },
  };
}

async function nextMessage(child, ended) {
  const early = ended.then(([code, signal]) => {
    throw new Error(`${child.spawnargs[1]} ended with ${signal ?? code}`);
  });
  const [message] = await Promise.race([once(child, 'message'), early]);
  early.catch(() => {});
  return message;
}

/** Paths of JPEGs, `count` of each set, evenly over its classes, the sets mixed. */
export function listPictures(sets, count) {
  const lists = sets.map((set) => {
    const folder = join(shared, 'data', set);
    const classes = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const byClass = classes.map(({ name }) =>
      readdirSync(join(folder, name))
        .toSorted()
        .map((file) => join(folder, name, file)),
    );
    return Array.from({ length: count }, (_, n) => byClass[n % byClass.length][Math.floor(n / byClass.length)]).filter(
      Boolean,
    );
  });
  return Array.from({ length: count }, (_, n) => lists.flatMap((list) => list[n] ?? [])).flat();
}

export const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
export const round = (value, digits = 2) => Math.round(value * 10 ** digits) / 10 ** digits;
