/** @file Detectors are opened for whoever counts with them, and closed when nobody does. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import { parseGates } from '@tintype/contracts/gate';
import { expect, test } from 'vitest';
import type { PictureTasks } from '../picture-tasks.types.ts';
import { inProcessPool } from '../testing.ts';
import { DetectorShelf } from './detector-shelf.ts';

const onePerson = parseGates(['person-count=1']);

async function aShelf() {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-shelf-'));
  await writeFile(join(folder, 'detector.onnx'), 'not read here');
  let broken = false;
  const pool = inProcessPool<PictureTasks>({
    openDetector: async () => {
      if (broken) throw new TintypeError('DETECTOR_INVALID', { file: 'detector.onnx', reason: 'it is a test' });
      return null;
    },
    closeDetector: async () => null,
  });
  const settings = { person: { kind: 'yolox' as const, file: 'detector.onnx' } };
  const shelf = new DetectorShelf(pool, { settings, folder });
  return { shelf, pool, breakIt: (isBroken: boolean) => (broken = isBroken) };
}

test('a detector is opened once for all, and closed when the last one lets go', async () => {
  const { shelf, pool } = await aShelf();

  const [first, second] = await Promise.all([shelf.hold(onePerson), shelf.hold(onePerson)]);
  await first[Symbol.asyncDispose]();
  const wasLoaded = shelf.isLoaded;
  await second[Symbol.asyncDispose]();

  expect(first.keys.person).toMatch(/^detector:person:[0-9a-f]{64}$/);
  expect(second.keys).toEqual(first.keys);
  expect([wasLoaded, shelf.isLoaded]).toEqual([true, false]);
  expect(pool.calls).toEqual(['openDetector', 'closeDetector']);
});

test('gates that count nothing open nothing', async () => {
  const { shelf, pool } = await aShelf();

  const held = await shelf.hold(parseGates(['min-size=9', 'confidence=0.5']));

  expect(held.keys).toEqual({});
  expect(pool.calls).toEqual([]);
});

test('a detector that cannot be opened is tried again by the next one', async () => {
  const { shelf, breakIt } = await aShelf();
  breakIt(true);

  await expect(shelf.hold(onePerson)).rejects.toMatchObject({ code: 'DETECTOR_INVALID' });
  breakIt(false);
  const held = await shelf.hold(onePerson);

  expect(held.keys.person).toBeDefined();
});

test('a gate that counts what no setting finds is refused by name', async () => {
  const { shelf } = await aShelf();

  await expect(shelf.hold(parseGates(['face-count=1']))).rejects.toMatchObject({
    code: 'DETECTOR_MISSING',
    details: { counted: 'face' },
  });
});

test('where others are answered meanwhile, a detector is tried apart first', async () => {
  const { shelf, pool } = await aShelf();
  const trials: unknown[] = [];
  pool.prepare = async (_key, _task, _input, options) => {
    trials.push(options?.trial);
    return [];
  };

  await shelf.hold(onePerson, { trial: true });

  expect(trials).toEqual([true]);
});
