/** @file Tests of event files: TensorBoard's own bytes, new files that sort after old ones, and failures. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { computeCrc32c } from './masked-crc32c.ts';
import { openEventFile } from './open-event-file.ts';

/** The events of the first test, written by the protobuf classes and the checksum of tensorboard 2.21. */
const golden = Buffer.from(
  'IwAAAAAAAACwn3dDCQAAAAAAQo9AGg1icmFpbi5FdmVudDoyUgkKB3RpbnR5cGVR0JEAEAAAAAAAAACV+/4YCQAAAAAAQo9AEKwCOgIIASo0TOg4AAAAAAAAAKN5fVcJAAAAAABMj0AQrAIqKgoRCgp0cmFpbi9sb3NzFQAAAD8KFQoOdHJhaW4vYWNjdXJhY3kVAAAAAO8fudYnAAAAAAAAALvhsUYJAAAAAABQj0AqHAoaCglhdWdtZW50ZWQiDQgCEMgBGAMiBIlQTkfIKT8cNwAAAAAAAADn6MpZCQAAAAAAWI9AEAEqKgooCgVub3Rlc0IVCAcSBBICCAFCCyoqZ3LDtsOfZSoqSggKBgoEdGV4dADoBnd6AAAAAAAAABOJhngJAAAAAABgj0AqbwptChRfaHBhcmFtc18vZXhwZXJpbWVudEIGCAESAhIASk0KSwoHaHBhcmFtcxJAEj4iDQoJb3B0aW1pemVyIAEiCQoFbWl4dXAgAiIJCgViYXRjaCADKhcKFRITdmFsaWRhdGlvbi9hY2N1cmFjefWQvi2EAAAAAAAAAEEdiu8JAAAAAABgj0AqeQp3ChxfaHBhcmFtc18vc2Vzc2lvbl9zdGFydF9pbmZvQgYIARICEgBKTwpNCgdocGFyYW1zEkIaQAoUCglvcHRpbWl6ZXISBxoFYWRhbXcKCwoFbWl4dXASAiAAChIKBWJhdGNoEgkRAAAAAAAAQEApAAAAAABgj0DvGxjNTQAAAAAAAAA9Y9SmCQAAAAAAaI9AKkIKQAoaX2hwYXJhbXNfL3Nlc3Npb25fZW5kX2luZm9CBggBEgISAEoaChgKB2hwYXJhbXMSDSILCAERAAAAAABoj0COJ4fH',
  'base64',
);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-events-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('the checksum is that of RFC 3720, B.4', () => {
  expect(computeCrc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(computeCrc32c(Uint8Array.from({ length: 32 }, (_, n) => n))).toBe(0x46dd794e);
});

test('every kind of event has the bytes that TensorBoard writes for it', async () => {
  using file = openEventFile(folder, { at: 1_000_250, resumeStep: 300 });
  file.scalars({ 'train/loss': 0.5, 'train/accuracy': 0 }, { step: 300, at: 1_001_500 });
  const bytes = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);
  file.image('augmented', { bytes, widthPx: 200, heightPx: 2, step: 0, at: 1_002_000 });
  file.text('notes', { text: '**größe**', step: 1, at: 1_003_000 });
  const metrics = ['validation/accuracy'];
  file.hyperparameters({ optimizer: 'adamw', mixup: false, batch: 32 }, { metrics, at: 1_004_000 });
  file.end('succeeded', { at: 1_005_000 });

  expect((await readFile(file.path)).toString('base64')).toBe(golden.toString('base64'));
});

test('a scalar is on the disk when it was written, before the file is closed', async () => {
  using file = openEventFile(folder, { at: 5_000 });
  const { length } = await readFile(file.path);

  file.scalar('loss', 0.25, { step: 1, at: 6_000 });

  expect((await readFile(file.path)).length).toBeGreaterThan(length);
});

test('a resumed run writes a new file that sorts after those that are there, and leaves them alone', async () => {
  const torn = 'events.out.tfevents.0000009999.other.1';
  await writeFile(join(folder, torn), 'half a record');

  using file = openEventFile(folder, { at: 5_000, resumeStep: 10 });

  expect((await readdir(folder)).toSorted()).toEqual([torn, basename(file.path)]);
  expect(await readFile(join(folder, torn), 'utf8')).toBe('half a record');
});

test('a folder that cannot be made is a storage failure, and a closed file is not written to', async () => {
  await writeFile(join(folder, 'file'), '');
  const file = openEventFile(join(folder, 'run', 'events'), { at: 5_000 });
  file.close();

  expect(() => openEventFile(join(folder, 'file'), { at: 5_000 })).toThrow(
    expect.objectContaining({ code: 'STORAGE_FAILED' }),
  );
  expect(() => file.scalar('loss', 1, { step: 0, at: 0 })).toThrow('is closed');
});
