/** @file The person gate through a running server, on photographs with nobody, one person and several people. */
import { existsSync, readFileSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseGates } from '@tintype/contracts/gate';
import { startServer } from '@tintype/server/start-server';
import { expect, test } from 'vitest';
import { aServedWorkspace } from './server-workspace.ts';

const shared = process.env.TINTYPE_SHARED ?? resolve(import.meta.dirname, '../../shared');
const persons = join(shared, 'data/persons');
const yolox = join(shared, 'models/yolox_nano.onnx');
const isThere = existsSync(persons) && existsSync(yolox);

/** The clear pictures: `0`, `1` or `2+` persons each. */
function listClearPictures(): { path: string; persons: string }[] {
  return readFileSync(join(persons, 'labels.csv'), 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .filter(([file, , isHard]) => file && isHard === '0')
    .map(([file = '', count = '']) => ({ path: join(persons, file), persons: count }));
}

interface Answer {
  prediction: string | null;
  person_count?: number;
  reason?: string | undefined;
  error: string | null;
}

/** `0`, `1` or `2+`. */
const kindOf = (count = -1): string => (count > 1 ? '2+' : String(count));

/** All that an answer with so many persons says beside its class. */
const told: Record<string, (count: number) => Pick<Answer, 'reason' | 'error'> & { isAnswered: boolean }> = {
  0: () => ({
    isAnswered: false,
    reason: 'NO_PERSON',
    error: 'No person detected. Please use images with one person.',
  }),
  1: () => ({ isAnswered: true, reason: undefined, error: null }),
  '2+': (count) => ({
    isAnswered: false,
    reason: 'TOO_MANY_PERSONS',
    error: `Multiple people detected (${count} people). Please use single-person images.`,
  }),
};

test.skipIf(!isThere)(
  `nobody, one person or several are told right on at least 47 of 48 clear pictures${isThere ? '' : ' (skipped: ../shared is not here)'}`,
  { timeout: 120_000 },
  async () => {
    await using served = await aServedWorkspace();
    const setting = { person: { kind: 'yolox', file: yolox } };
    await appendFile(join(served.folder, 'tintype.yaml'), `\ndetectors: ${JSON.stringify(setting)}\n`);
    await served.publish([0, 2], parseGates(['person-count=1']));
    await using server = await startServer({ workspaceFolder: served.folder, port: 0, children: 2 });
    const pictures = listClearPictures();

    const answers = await Promise.all(
      pictures.map(async ({ path }) => {
        const headers = { 'content-type': 'image/jpeg' };
        const response = await fetch(`${server.address}/predict`, {
          method: 'POST',
          headers,
          body: readFileSync(path),
        });
        expect(response.status).toBe(200);
        return (await response.json()) as Answer;
      }),
    );

    const said = answers.map(({ prediction, reason, error }) => ({ isAnswered: prediction !== null, reason, error }));
    expect(said).toEqual(answers.map(({ person_count: count = -1 }) => told[kindOf(count)]?.(count)));
    const right = pictures.filter(({ persons: wanted }, n) => kindOf(answers[n]?.person_count) === wanted);
    expect(pictures).toHaveLength(48);
    expect(right.length).toBeGreaterThanOrEqual(47);
  },
);
