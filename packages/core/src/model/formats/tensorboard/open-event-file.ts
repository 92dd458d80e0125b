/**
 * @file An event file that TensorBoard reads while it grows. Records are framed as TFRecords: length (uint64), its checksum, the
 * event, its checksum, all little-endian.
 */
import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import {
  type EventPicture,
  type HyperparameterValue,
  type Moment,
  renderHyperparameters,
  renderPicture,
  renderRestartEvent,
  renderScalars,
  renderSessionEnd,
  renderText,
  renderVersionEvent,
} from './event-message.ts';
import { computeCrc32c, maskCrc } from './masked-crc32c.ts';

/** Every method has written when it returns, and throws STORAGE_FAILED where it could not. */
export interface EventFile extends Disposable {
  readonly path: string;
  /** Tags with a slash, such as `train/loss`, are grouped by what stands before it. */
  scalar(tag: string, value: number, moment: Moment): void;
  scalars(values: Readonly<Record<string, number>>, moment: Moment): void;
  image(tag: string, picture: EventPicture & Moment): void;
  /** Markdown. */
  text(tag: string, text: { text: string } & Moment): void;
  /** What TensorBoard's HPARAMS page compares runs by; `metrics` are tags of scalars. */
  hyperparameters(
    values: Readonly<Record<string, HyperparameterValue>>,
    options: { metrics: readonly string[]; at: number },
  ): void;
  /** How the run ended, for the HPARAMS page. */
  end(status: 'succeeded' | 'failed', options: { at: number }): void;
  close(): void;
}

export interface EventFileOptions {
  /** Milliseconds since 1970, for the file's name. */
  at: number;
  /** The first step of a resumed run: what earlier files of the folder say from there on is dropped by readers. */
  resumeStep?: number;
}

/**
 * Opens a new file in `folder`, which is made where it is missing; earlier files stay and are read before it. So a file that a killed
 * process left half written is never written to again. Throws STORAGE_FAILED.
 */
export function openEventFile(folder: string, { at, resumeStep }: EventFileOptions): EventFile {
  const { path, descriptor } = attempt(folder, () => openNext(folder, Math.floor(at / 1000)));
  let isOpen = true;
  const write = (event: Uint8Array): void => {
    if (!isOpen) throw new Error(`${path} is closed`);
    attempt(path, () => writeAll(descriptor, frame(event)));
  };
  const close = (): void => {
    if (isOpen) closeSync(descriptor);
    isOpen = false;
  };
  write(renderVersionEvent(at));
  if (resumeStep !== undefined) write(renderRestartEvent({ step: resumeStep, at }));
  return {
    path,
    scalar: (tag, value, moment) => write(renderScalars({ [tag]: value }, moment)),
    scalars: (values, moment) => write(renderScalars(values, moment)),
    image: (tag, picture) => write(renderPicture(tag, picture)),
    text: (tag, text) => write(renderText(tag, text)),
    hyperparameters: (values, options) => renderHyperparameters(values, options).forEach(write),
    end: (status, options) => write(renderSessionEnd(status, options.at)),
    close,
    [Symbol.dispose]: close,
  };
}

/** Readers take files in the order of their names: a new one comes after all that are there, whatever the clock says. */
function openNext(folder: string, seconds: number): { path: string; descriptor: number } {
  mkdirSync(folder, { recursive: true });
  const taken = readdirSync(folder).map((name) => Number(/^events\.out\.tfevents\.(\d+)\./.exec(name)?.[1] ?? 0));
  const number = Math.max(seconds, ...taken.map((other) => other + 1));
  const path = join(folder, `events.out.tfevents.${String(number).padStart(10, '0')}.tintype.${process.pid}`);
  return { path, descriptor: openSync(path, 'ax') };
}

function frame(event: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + event.length + 4);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(event.length), true);
  view.setUint32(8, maskCrc(computeCrc32c(bytes.subarray(0, 8))), true);
  bytes.set(event, 12);
  view.setUint32(12 + event.length, maskCrc(computeCrc32c(event)), true);
  return bytes;
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const reason = (error as Error).message;
    throw new TintypeError('STORAGE_FAILED', { operation: `Writing ${path}`, reason }, { cause: error });
  }
}
