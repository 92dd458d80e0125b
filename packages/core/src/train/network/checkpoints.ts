/** @file Checkpoints of a run: one safetensors file each, whole or not there, the last two kept so that a damaged one costs a minute. */
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { State } from '@tintype/autograd/step/state';
import { TintypeError } from '@tintype/contracts/errors';
import type { EpochMetrics } from '@tintype/contracts/train-events';
import { readSafetensors } from '../../model/formats/read-safetensors.ts';
import { writeSafetensors } from '../../model/formats/write-safetensors.ts';
import { crashPoint } from '../../ports/crash-point.ts';
import type { Position } from './progress.ts';

export interface Checkpoints {
  /** The newest that is whole; undefined where there is none. Throws RUN_NOT_RESUMABLE where it was made with other settings. */
  load(): Promise<{ position: Position; state: State } | undefined>;
  /** Durable when it returns. */
  save(position: Position, state: State): Promise<void>;
  /** The weights to be registered if nothing better comes: kept while a checkpoint's history calls their epoch the best. */
  saveBest(epoch: number, state: State): Promise<void>;
  /** Throws MODEL_FILE_INVALID where it is damaged or gone. */
  loadBest(epoch: number): Promise<State>;
}

export interface CheckpointOptions {
  folder: string;
  /** Of everything that decides what the training gives: a checkpoint of other settings is refused. */
  settingsHash: string;
  run: string;
  /** A checkpoint that was passed over, as a sentence. */
  onNotice?: (text: string) => void;
}

const keptCheckpoints = 2;
const format = 'tintype-checkpoint-1';
const checkpointPattern = /^checkpoint-(\d{9})\.safetensors$/;
const bestPattern = /^best-(\d{5})\.safetensors$/;
const checkpointName = (totalSteps: number): string => `checkpoint-${String(totalSteps).padStart(9, '0')}.safetensors`;
const bestName = (epoch: number): string => `best-${String(epoch).padStart(5, '0')}.safetensors`;

/** The epoch whose weights are the ones to keep, or 0 before the first. */
const bestEpochOf = (history: readonly EpochMetrics[]): number => history.findLast((epoch) => epoch.isBest)?.epoch ?? 0;

export function openCheckpoints(options: CheckpointOptions): Checkpoints {
  const { folder, settingsHash } = options;
  return {
    async load() {
      for (const name of (await listNames(folder, checkpointPattern)).toReversed()) {
        const found = await tryRead(join(folder, name), options);
        if (found) return found;
        options.onNotice?.(`The checkpoint ${name} is damaged; the one before it is used.`);
      }
      return undefined;
    },
    async save(position, state) {
      crashPoint('checkpoint.begin');
      const metadata = {
        format,
        settings: settingsHash,
        position: JSON.stringify(position),
        sha256: hashTensors(state),
      };
      await writeSafetensors(join(folder, checkpointName(position.totalSteps)), state, metadata);
      crashPoint('checkpoint.written');
      await sweep(folder, position);
      crashPoint('checkpoint.end');
    },
    async saveBest(epoch, state) {
      await writeSafetensors(join(folder, bestName(epoch)), state, { format, settings: settingsHash });
      crashPoint('checkpoint.best');
    },
    loadBest: async (epoch) => (await readSafetensors(join(folder, bestName(epoch)))).tensors,
  };
}

/** In the order of their numbers. */
async function listNames(folder: string, pattern: RegExp): Promise<string[]> {
  return (await readdir(folder)).filter((name) => pattern.test(name)).toSorted();
}

/** Undefined where it is not whole. */
async function tryRead(
  path: string,
  { settingsHash, run }: CheckpointOptions,
): Promise<{ position: Position; state: State } | undefined> {
  try {
    const { tensors, metadata } = await readSafetensors(path);
    if (metadata.format !== format || metadata.sha256 !== hashTensors(tensors)) return undefined;
    if (metadata.settings !== settingsHash)
      throw new TintypeError('RUN_NOT_RESUMABLE', { run, reason: 'its checkpoint was made with other options' });
    return { position: JSON.parse(metadata.position ?? '') as Position, state: tensors };
  } catch (error) {
    if (error instanceof TintypeError && error.code !== 'MODEL_FILE_INVALID') throw error;
    return undefined;
  }
}

/** Whether all of it is there and as it was written; of the best weights, which have no hash, whether they can be read. */
export async function isWholeCheckpoint(path: string): Promise<boolean> {
  try {
    const { tensors, metadata } = await readSafetensors(path);
    return metadata.sha256 === undefined || metadata.sha256 === hashTensors(tensors);
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'MODEL_FILE_INVALID') return false;
    throw error;
  }
}

/** Over names, shapes and numbers. */
function hashTensors(state: State): string {
  const hash = createHash('sha256');
  for (const [name, { shape, data }] of [...state].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${name}[${shape.join()}]`).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return hash.digest('hex');
}

/** Takes away what neither of the last two checkpoints needs. */
async function sweep(folder: string, { history }: Position): Promise<void> {
  const checkpoints = await listNames(folder, checkpointPattern);
  const best = await listNames(folder, bestPattern);
  const needed = [bestEpochOf(history), bestEpochOf(history.slice(0, -1))].map(bestName);
  const old = [...checkpoints.slice(0, -keptCheckpoints), ...best.filter((name) => !needed.includes(name))];
  for (const name of old) await rm(join(folder, name), { force: true });
  for (const name of await listNames(folder, /\.partial$/)) await rm(join(folder, name), { force: true });
}
