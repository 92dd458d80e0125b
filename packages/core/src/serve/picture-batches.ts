/** @file Pictures that come at about the same time go to a child together; one that ends the child costs the others a little time. */
import { TintypeError } from '@tintype/contracts/errors';
import type { BatchAnswer, ClassifyInput, PictureAnswer, PictureTasks } from '../model/picture-tasks.types.ts';
import type { TaskOptions, TaskPool } from '../ports/task-pool.ts';

export interface PictureBatchesOptions {
  pool: Pick<TaskPool<PictureTasks>, 'run'>;
  /** Most pictures of one run; 1 leaves them apart. */
  pictures: number;
  /** How long the first of them waits for others. */
  waitMs: number;
  /** Time for one run, decode and model together. */
  deadlineMs: number;
}

interface Member {
  input: ClassifyInput;
  signal: AbortSignal;
  resolve: (answer: PictureAnswer) => void;
  reject: (error: unknown) => void;
}

interface Waiting {
  members: Member[];
  timer: NodeJS.Timeout;
}

/** Failures of the child that do not say which picture was at fault. */
const blamesNobody = (error: unknown): boolean =>
  error instanceof TintypeError && (error.code === 'CHILD_CRASHED' || error.code === 'DEADLINE_EXCEEDED');

export class PictureBatches {
  readonly #options: PictureBatchesOptions;
  /** By what the pictures of one run must have in common. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: PictureBatchesOptions) {
    this.#options = options;
  }

  /** Throws what the task `classify` throws, and CANCELLED. */
  run(input: ClassifyInput, signal: AbortSignal): Promise<PictureAnswer> {
    const { pool, pictures, deadlineMs } = this.#options;
    if (pictures === 1) return pool.run('classify', input, { deadlineMs, signal });
    return new Promise((resolve, reject) => this.#wait({ input, signal, resolve, reject }));
  }

  #wait(member: Member): void {
    const { pictures, waitMs } = this.#options;
    const { bundleHash, neighbors = 0 } = member.input;
    const key = `${bundleHash}:${neighbors}`;
    let waiting = this.#waiting.get(key);
    if (!waiting) {
      waiting = { members: [], timer: setTimeout(() => this.#send(key), waitMs) };
      this.#waiting.set(key, waiting);
    }
    waiting.members.push(member);
    if (waiting.members.length >= pictures) this.#send(key);
  }

  #send(key: string): void {
    const waiting = this.#waiting.get(key);
    this.#waiting.delete(key);
    clearTimeout(waiting?.timer);
    const wanted: Member[] = [];
    for (const member of waiting?.members ?? []) {
      if (member.signal.aborted) member.reject(new TintypeError('CANCELLED', {}));
      else wanted.push(member);
    }
    if (wanted.length > 1) void this.#runTogether(wanted);
    else for (const member of wanted) this.#runApart(member);
  }

  async #runTogether(members: readonly Member[]): Promise<void> {
    const { pool, deadlineMs } = this.#options;
    const { bytes: _, ...shared } = (members[0] as Member).input;
    const input = { ...shared, pictures: members.map((member) => member.input.bytes) };
    try {
      const answers = await pool.run('classifyBatch', input, { deadlineMs, once: true });
      for (const [n, member] of members.entries()) settle(member, answers[n] as BatchAnswer);
    } catch (error) {
      // Each with a child for itself, so that whoever ends it is surely the one: that was its second try.
      if (blamesNobody(error)) for (const member of members) this.#runApart(member, { alone: true, once: true });
      else for (const member of members) member.reject(error);
    }
  }

  #runApart({ input, signal, resolve, reject }: Member, how: Pick<TaskOptions, 'alone' | 'once'> = {}): void {
    const { pool, deadlineMs } = this.#options;
    pool.run('classify', input, { ...how, deadlineMs, signal }).then(resolve, reject);
  }
}

function settle(member: Member, outcome: BatchAnswer): void {
  if ('answer' in outcome) member.resolve(outcome.answer);
  else member.reject(new TintypeError(outcome.error.code, outcome.error.details as never));
}
