/** @file Where a detector comes from: a file beside the settings, or one of a hub; and what is refused. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { HubReference } from '../../ports/backbone-hub.ts';
import { resolveDetectors } from './resolve-detectors.ts';

const folder = await mkdtemp(join(tmpdir(), 'tintype-detectors-'));
const path = join(folder, 'detector.onnx');
await writeFile(path, 'not opened here');

const asked: HubReference[] = [];
const hub = {
  fetchFile: async (reference: HubReference) => {
    asked.push(reference);
    return { path, sha256: '', revision: 'c0ffee' };
  },
};
const personIn = (file: string) => ({ person: { kind: 'detr' as const, file } });

test('a file of a hub is fetched, pinned to its commit, and hashed as one beside the settings is', async () => {
  const fetched = await resolveDetectors(['person'], {
    settings: personIn('hub:acme/eyes/onnx/detector.onnx@v1'),
    folder: '/nowhere',
    hub,
  });
  const local = await resolveDetectors(['person'], { settings: personIn('detector.onnx'), folder });

  expect(asked).toEqual([{ repository: 'acme/eyes', file: 'onnx/detector.onnx', revision: 'v1' }]);
  expect(fetched.person).toMatchObject({ modelPath: path, detector: { kind: 'detr', name: 'hub:acme/eyes@c0ffee' } });
  expect(local.person).toMatchObject({ modelPath: path, detector: { kind: 'detr', name: 'detector.onnx' } });
  expect(fetched.person?.detector.hash).toBe(local.person?.detector.hash);
});

test.each([
  { what: 'a name of a hub that is none', source: { settings: personIn('hub:acme'), folder, hub }, reason: 'is named' },
  { what: 'a hub where there is none', source: { settings: personIn('hub:acme/eyes'), folder }, reason: 'no hub' },
  { what: 'a file that is not there', source: { settings: personIn('gone.onnx'), folder }, reason: 'ENOENT' },
])('$what is refused with its reason', async ({ source, reason }) => {
  await expect(resolveDetectors(['person'], source)).rejects.toMatchObject({
    code: 'DETECTOR_INVALID',
    message: expect.stringContaining(reason),
  });
});

test('what no detector is set for is refused by its name', async () => {
  await expect(resolveDetectors(['face'], { settings: {}, folder })).rejects.toMatchObject({
    code: 'DETECTOR_MISSING',
  });
});
