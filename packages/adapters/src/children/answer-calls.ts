/** @file What a child process does: answers calls with the tasks that it loads, until its parent is gone. */
import { Worker } from 'node:worker_threads';
import { endChild } from './end-child.ts';
import { type CallMessage, type OrderMessage, packError, type ReplyMessage } from './messages.ts';

/** What a task may use while it runs; most take the input alone. */
interface Control {
  emit: (event: unknown) => void;
  signal: AbortSignal;
}

type Task = (input: unknown, control: Control) => Promise<unknown>;
type Tasks = Record<string, Task>;

export interface ChildArguments {
  /** Resident memory at which it ends itself. */
  memoryMb: number;
  parentId: number;
}

const underWay = new Map<number, AbortController>();

function reply(message: ReplyMessage): void {
  if (process.connected) process.send?.(message);
}

/** `load` gives a module that exports `tasks`. */
export async function answerCalls(
  { memoryMb, parentId }: ChildArguments,
  load: () => Promise<{ tasks: unknown }>,
): Promise<void> {
  const folder = process.cwd();
  // A terminal or a supervisor signals the whole process group; the parent alone decides when children end.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => endChild(folder));
  new Worker(new URL('./child-watchdog.js', import.meta.url), {
    workerData: { memoryBytes: memoryMb * 2 ** 20, parentId, folder },
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
  }).unref();
  try {
    const { tasks } = (await load()) as { tasks: Tasks };
    if (typeof tasks !== 'object') throw new Error('its tasks module does not export "tasks".');
    process.on('message', (message: OrderMessage) => {
      if (message[0] === 'cancel') underWay.get(message[1])?.abort();
      else void answer(tasks, message as CallMessage);
    });
    reply(['ready']);
  } catch (error) {
    reply(['unusable', packError(error)]);
  }
}

async function answer(tasks: Tasks, [callId, name, input]: CallMessage): Promise<void> {
  try {
    const task = Object.hasOwn(tasks, name) ? tasks[name] : undefined;
    if (!task) throw new Error(`The tasks module has no task "${name}".`);
    const cancel = new AbortController();
    underWay.set(callId, cancel);
    const emit = (event: unknown): void => reply(['event', callId, event]);
    reply([callId, true, await task(input, { emit, signal: cancel.signal })]);
  } catch (error) {
    reply([callId, false, packError(error)]);
  } finally {
    underWay.delete(callId);
  }
}
