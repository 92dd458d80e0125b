/** @file Entry of a child process: loads the tasks module named in its arguments and answers calls until its parent is gone. */
import { Worker } from 'node:worker_threads';
import { endChild } from './end-child.ts';
import { type CallMessage, type OrderMessage, packError, type ReplyMessage } from './messages.ts';

const [, , tasksModule = '', memoryMb = '', parentId = ''] = process.argv;
const folder = process.cwd();

/** What a task may use while it runs; most take the input alone. */
interface Control {
  emit: (event: unknown) => void;
  signal: AbortSignal;
}

type Task = (input: unknown, control: Control) => Promise<unknown>;

const underWay = new Map<number, AbortController>();

function reply(message: ReplyMessage): void {
  if (process.connected) process.send?.(message);
}

// A terminal or a supervisor signals the whole process group; the parent alone decides when children end.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => endChild(folder));

new Worker(new URL('./child-watchdog.js', import.meta.url), {
  workerData: { memoryBytes: Number(memoryMb) * 2 ** 20, parentId: Number(parentId), folder },
  execArgv: [],
  resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
}).unref();

async function answer(tasks: Record<string, Task>, [callId, name, input]: CallMessage): Promise<void> {
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

try {
  const { tasks } = (await import(tasksModule)) as { tasks: Record<string, Task> };
  if (typeof tasks !== 'object') throw new Error(`${tasksModule} does not export "tasks".`);
  process.on('message', (message: OrderMessage) => {
    if (message[0] === 'cancel') underWay.get(message[1])?.abort();
    else void answer(tasks, message as CallMessage);
  });
  reply(['ready']);
} catch (error) {
  reply(['unusable', packError(error)]);
}
