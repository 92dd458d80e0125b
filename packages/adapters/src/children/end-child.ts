/** @file The end of a child process whose parent is gone: it takes its folder with it. */
import { rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** Does not return. Exiting in good order would wait for native threads. */
export function endChild(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
    rmdirSync(dirname(folder));
  } catch {
    // Siblings still use the folder above.
  }
  process.kill(process.pid, 'SIGKILL');
}
