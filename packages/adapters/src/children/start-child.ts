/** @file One child process as its parent sees it: calls, replies, and why it ended. */
import { fork } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBundled } from '../bundled.ts';
import { memorySignal, type ReplyMessage, unpackError } from './messages.ts';

/** Children always run built code, also when the parent runs from sources. */
const entry = fileURLToPath(new URL('../../dist/children/child-main.js', import.meta.url));
/** Tasks that are gathered with the code of a child: those that somebody waits for. */
const bundles: Readonly<Record<string, string>> = { '@tintype/core/model/picture-tasks': 'picture-child.cjs' };

/** Of JavaScript alone: pictures and models lie beside it. Always the same, since V8 takes code that it kept under the same flags only. */
const bundledHeapMb = 512;

interface Code {
  main: string;
  tasks: string;
  heapMb: number;
}

function findCode({ tasks, memoryMb }: Pick<ChildOptions, 'tasks' | 'memoryMb'>): Code {
  const file = bundles[tasks];
  const folder = new URL('../../dist/bundle/', import.meta.url);
  const found = file === undefined ? undefined : findBundled(folder, file);
  const heapMb = Math.max(64, Math.floor(memoryMb / 2));
  if (found === undefined) return { main: entry, tasks, heapMb };
  return { main: fileURLToPath(new URL('run.cjs', folder)), tasks: found, heapMb: Math.min(bundledHeapMb, heapMb) };
}

export interface ChildOptions {
  /** Module that exports `tasks`: a URL, or a specifier that this package can import. */
  tasks: string;
  /** Resident memory at which the child is ended. */
  memoryMb: number;
  /** Where its working folder is made. */
  folder: string;
  env: Readonly<Record<string, string>>;
  /** Below the priority of this process by so much, from when it is ready: a start is waited for; default 0. */
  niceness?: number;
}

export interface ChildEnd {
  reason: 'crashed' | 'ran out of memory';
  /** Signal or exit code and the last of what it wrote, for the log. */
  note: string;
}

/** What a call rejects with when the child ended before it answered. */
export class ChildEnded extends Error {
  readonly end: ChildEnd;

  constructor(end: ChildEnd) {
    super(`The child process ${end.reason} (${end.note}).`);
    this.name = 'ChildEnded';
    this.end = end;
  }
}

export interface Child {
  /** Resolves when the tasks are loaded; rejects with why they cannot be, or with ChildEnded. */
  readonly ready: Promise<void>;
  readonly ended: Promise<ChildEnd>;
  isEnded(): boolean;
  /** Rejects with what the task threw, or with ChildEnded. `signal` asks the task to end; it may take its time. */
  call(task: string, input: unknown, options?: CallOptions): Promise<unknown>;
  kill(): void;
}

export interface CallOptions {
  /** What the task tells before it answers. */
  onEvent?: (event: unknown) => void;
  signal?: AbortSignal;
}

interface Settler<T> {
  resolve: (value: T) => void;
  reject: (error: Error) => void;
}

const stderrTailBytes = 2000;
let childCount = 0;

export function startChild({ tasks, memoryMb, folder, env, niceness = 0 }: ChildOptions): Child {
  const cwd = join(folder, String(childCount++));
  mkdirSync(cwd, { recursive: true });
  const code = findCode({ tasks, memoryMb });
  const subprocess = fork(code.main, [code.tasks, String(memoryMb), String(process.pid)], {
    cwd,
    env: { ...systemEnvironment(), TMPDIR: cwd, HOME: cwd, ...env },
    execArgv: [`--max-old-space-size=${code.heapMb}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });

  const calls = new Map<number, Settler<unknown> & CallOptions>();
  let nextCall = 0;
  let stderrTail = '';
  subprocess.stderr?.on('data', (chunk: Buffer) => {
    stderrTail = (stderrTail + chunk.toString()).slice(-stderrTailBytes);
  });

  const ready = deferred<void>();
  const ended = deferred<ChildEnd>();
  let endedBy: ChildEnded | undefined;

  subprocess.on('message', (message: ReplyMessage) => {
    if (message[0] === 'ready') {
      if (niceness > 0 && subprocess.pid !== undefined) lowerPriority(subprocess.pid, niceness);
      return ready.resolve();
    }
    if (message[0] === 'unusable') return ready.reject(unpackError(message[1]));
    if (message[0] === 'event') return calls.get(message[1])?.onEvent?.(message[2]);
    const call = calls.get(message[0]);
    calls.delete(message[0]);
    if (message[1]) call?.resolve(message[2]);
    else call?.reject(unpackError(message[2]));
  });

  const onEnd = (note: string, reason: ChildEnd['reason']): void => {
    const end: ChildEnd = { reason, note: [note, stderrTail.trim()].filter(Boolean).join(': ') };
    endedBy = new ChildEnded(end);
    ready.reject(endedBy);
    for (const call of calls.values()) call.reject(endedBy);
    calls.clear();
    rmSync(cwd, { recursive: true, force: true });
    ended.resolve(end);
  };
  subprocess.on('exit', (code, signal) => {
    onEnd(signal ?? `exit code ${code}`, signal === memorySignal ? 'ran out of memory' : 'crashed');
  });
  // Without a process there is no exit event: it could not be started.
  subprocess.on('error', (error) => {
    if (subprocess.pid === undefined) onEnd(error.message, 'crashed');
  });

  return {
    ready: ready.promise,
    ended: ended.promise,
    isEnded: () => endedBy !== undefined,
    call: (task, input, options = {}) =>
      new Promise((resolve, reject) => {
        if (endedBy) return reject(endedBy);
        const callId = nextCall++;
        const cancel = (): void => void subprocess.send(['cancel', callId], () => {});
        options.signal?.addEventListener('abort', cancel, { once: true });
        // Throws for values that cannot be cloned. A failed write means that the child is ending, and its exit settles the call.
        subprocess.send([callId, task, input], () => {});
        calls.set(callId, { resolve, reject, ...options });
      }),
    kill: () => void subprocess.kill('SIGKILL'),
  };
}

function deferred<T>(): Settler<T> & { promise: Promise<T> } {
  let settler: Settler<T> | undefined;
  const promise = new Promise<T>((resolve, reject) => {
    settler = { resolve, reject };
  });
  promise.catch(() => {});
  return { promise, ...(settler as unknown as Settler<T>) };
}

/** A wish: a child that has ended already, or a system that refuses, changes nothing. */
function lowerPriority(pid: number, niceness: number): void {
  try {
    setPriority(pid, Math.min(19, getPriority() + niceness));
  } catch {
    // It works all the same.
  }
}

/** What a process cannot start without on some systems; nothing of the parent's secrets. */
function systemEnvironment(): Record<string, string> {
  const { SystemRoot } = process.env;
  return { LANG: 'C.UTF-8', TZ: 'UTC', ...(SystemRoot === undefined ? {} : { SystemRoot }) };
}
