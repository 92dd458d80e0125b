/** @file How many children this machine, or the container around it, can hold, and what each of them may take. */
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';

export interface Machine {
  /** Processors that this process may use; parts are rounded up. */
  cores: number;
  /** Memory that this process and its children may use together. */
  memoryMb: number;
}

export interface ChildPlan {
  size: number;
  /** Of each child. */
  memoryMb: number;
  /** Of the model in each child, so that all together use every core. */
  threads: number;
}

/** For the process that holds the children, and what else runs there. */
const keptMb = 512;
/** Decoding and a usual model. */
const leastMb = 512;
/** Two versions of a large model, while one follows the other. */
const mostMb = 4096;

/** One child per core where memory allows, or `wanted`. */
export function planChildren({ cores, memoryMb }: Machine, wanted?: number): ChildPlan {
  const usableMb = Math.max(leastMb, memoryMb - keptMb);
  const size = wanted ?? Math.max(1, Math.min(cores, Math.floor(usableMb / leastMb)));
  return {
    size,
    memoryMb: Math.min(mostMb, Math.max(leastMb, Math.floor(usableMb / size))),
    threads: Math.max(1, Math.floor(cores / size)),
  };
}

/** Limits of the control group count (cgroup v2: cpu.max and memory.max). */
export function readMachine(): Machine {
  const limit = process.constrainedMemory() ?? 0;
  const bytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return { cores: Math.min(availableParallelism(), readQuota()), memoryMb: Math.floor(bytes / 2 ** 20) };
}

function readQuota(): number {
  try {
    return parseQuota(readFileSync('/sys/fs/cgroup/cpu.max', 'utf8'));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** `150000 100000` are one and a half processors, so two; `max 100000` is no limit. */
export function parseQuota(text: string): number {
  const [quota, period] = text.trim().split(' ').map(Number);
  return quota && period ? Math.max(1, Math.ceil(quota / period)) : Number.POSITIVE_INFINITY;
}
