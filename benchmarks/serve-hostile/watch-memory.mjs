/** @file The most memory that any child of this process has held (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

const everyMs = 50;

function readOrNothing(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Peak resident MiB of each running child, grandchildren included. */
function readPeaks() {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      const status = readOrNothing(`/proc/${name}/status`);
      const field = (key) => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
      return { id: Number(name), parent: field('PPid'), peakMiB: field('VmHWM') / 1024 };
    });
  const family = new Set([process.pid]);
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const { id, parent } of processes) if (family.has(parent)) family.add(id);
  }
  return processes.filter(({ id }) => id !== process.pid && family.has(id)).map(({ peakMiB }) => peakMiB);
}

/** `end` stops watching and gives the peak in MiB. */
export function watchMemory() {
  let peakMiB = 0;
  const look = () => {
    peakMiB = Math.max(peakMiB, ...readPeaks());
  };
  const timer = setInterval(look, everyMs);
  return {
    end() {
      clearInterval(timer);
      look();
      return Math.round(peakMiB);
    },
  };
}
