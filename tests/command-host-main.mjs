/** @file The process behind command-host.ts: a line of JSON names a command; a zero byte ends its stderr, a zero byte and the exit code its stdout. */
import { createInterface } from 'node:readline';

const main = new URL('../apps/cli/dist/main.js', import.meta.url);
// Each command listens for the signals that end it.
process.setMaxListeners(0);
process.stdout.setMaxListeners(0);

let count = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { args, env } = JSON.parse(line);
  for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  Object.assign(process.env, env);
  process.argv.splice(2, Infinity, ...args);
  process.exitCode = 0;
  count += 1;
  // The door's module runs when it is loaded, and is loaded again under another address; what it imports is not.
  const { finished } = await import(`${main.href}?${count}`);
  await finished;
  process.stderr.write('\0');
  process.stdout.write(`\0${process.exitCode}\n`);
}
// Whoever asked is gone.
process.exit(0);
