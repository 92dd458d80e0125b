/** @file A training in a child process of its own behind the trainer's port: events, cancellation, memory cap, signs of life. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { TintypeError } from '@tintype/contracts/errors';
import type { Trainer, TrainerOptions, TrainerTable } from '@tintype/core/ports/trainer';
import { toBuilt } from './built-module.ts';
import { type Child, ChildEnded, startChild } from './start-child.ts';

export interface CreateTrainerOptions {
  /** Module that exports `tasks`: a file URL, an absolute path, or a specifier such as `@tintype/core/train/trainer-tasks`. */
  tasks: URL | string;
  /** Environment of the child, which inherits nothing. */
  env?: Readonly<Record<string, string>>;
  /** How long a child that was asked to stop may take; default a minute. */
  stopMs?: number;
}

const startDeadlineMs = 60_000;
const defaults = { silenceMs: 600_000, stopMs: 60_000 };

/** Holds nothing between runs: every run starts a child and ends it. */
export function createTrainer<T extends TrainerTable>(options: CreateTrainerOptions): Trainer<T> {
  return {
    async run(task, input, run = {}) {
      if (run.signal?.aborted) throw new TintypeError('CANCELLED', {});
      const folder = await mkdtemp(join(tmpdir(), 'tintype-trainer-'));
      const child = startChild({
        tasks: toBuilt(String(options.tasks)),
        memoryMb: run.memoryMb ?? usableMemoryMb(),
        folder,
        env: options.env ?? {},
      });
      try {
        await isReady(child);
        return await follow(child, { task, input, run, stopMs: options.stopMs ?? defaults.stopMs });
      } catch (error) {
        if (!(error instanceof ChildEnded)) throw error;
        throw new TintypeError('TRAINER_ENDED', { reason: error.end.reason }, { cause: error });
      } finally {
        child.kill();
        await child.ended;
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

async function isReady(child: Child): Promise<void> {
  const timer = setTimeout(() => child.kill(), startDeadlineMs);
  try {
    await child.ready;
  } finally {
    clearTimeout(timer);
  }
}

interface Following {
  task: string;
  input: unknown;
  run: TrainerOptions<unknown>;
  stopMs: number;
}

/** Settles with the task, or as soon as its events cannot be handled, it falls silent, or it does not stop when asked. */
async function follow(child: Child, { task, input, run, stopMs }: Following): Promise<never> {
  const { onEvent, silenceMs = defaults.silenceMs } = run;
  const [settled, cancel] = [new AbortController(), new AbortController()];
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const silence = setTimeout(
    () => fail(new TintypeError('TRAINER_ENDED', { reason: 'gave no sign of life' })),
    silenceMs,
  );
  const stop = async (): Promise<void> => {
    cancel.abort();
    await delay(stopMs, undefined, { signal: settled.signal }).catch(() => {});
    if (!settled.signal.aborted) fail(new TintypeError('CANCELLED', {}));
  };
  const onAbort = (): void => void stop();
  run.signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const answer = child.call(task, input, {
      signal: cancel.signal,
      onEvent: (event) => {
        silence.refresh();
        try {
          onEvent?.(event);
        } catch (error) {
          fail(error);
        }
      },
    });
    return (await Promise.race([answer, failed])) as never;
  } finally {
    clearTimeout(silence);
    settled.abort();
    run.signal?.removeEventListener('abort', onAbort);
  }
}

/** Nine tenths of the machine's memory, or of what a container may have of it. */
function usableMemoryMb(): number {
  const allowed = process.constrainedMemory();
  const bytes = allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
  return Math.floor((bytes * 0.9) / 2 ** 20);
}
