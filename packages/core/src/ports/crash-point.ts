/** @file Places where a test lets the process die: between two steps that must not be half done. */

const [armed = '', countdown = '1'] = (process.env.TINTYPE_CRASH_AT ?? '').split(':');
let remaining = Number(countdown);

/** Kills the process when TINTYPE_CRASH_AT is `name`, or `name:N` for the Nth time it comes here. Nothing otherwise. */
export function crashPoint(name: string): void {
  if (name !== armed) return;
  remaining -= 1;
  if (remaining > 0) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment; nothing of what follows may happen.
  for (;;);
}
