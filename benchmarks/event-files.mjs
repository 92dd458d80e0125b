/**
 * @file Whether TensorBoard reads our event files: a run that was killed half way and resumed, read by its EventAccumulator.
 *
 *     node benchmarks/event-files.mjs --python PYTHON
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEventFile } from '@tintype/core/model/formats/tensorboard/open-event-file';
import { parseArguments } from './pictures.mjs';

const { python = process.env.TINTYPE_PEER_PYTHON } = parseArguments(process.argv.slice(2)).options;
if (!python) {
  console.log(JSON.stringify({ skipped: 'TINTYPE_PEER_PYTHON names no Python with tensorboard' }));
  process.exit(0);
}
const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const folder = mkdtempSync(join(tmpdir(), 'tintype-events-'));
try {
  const at = 1_700_000_000_000;
  const killed = openEventFile(folder, { at });
  killed.image('augmented', { bytes: onePixel, widthPx: 1, heightPx: 1, step: 0, at });
  killed.hyperparameters({ optimizer: 'adamw', rate: 0.001, mixup: true }, { metrics: ['train/loss'], at });
  for (let step = 0; step < 60; step += 1) killed.scalar('train/loss', 100 + step, { step, at: at + step });
  await appendFile(killed.path, Buffer.from([9, 0, 0, 0]));
  killed.close();

  const resumed = openEventFile(folder, { at, resumeStep: 40 });
  for (let step = 40; step < 100; step += 1) resumed.scalar('train/loss', step / 3, { step, at: at + step });
  resumed.text('notes', { text: '**done**', step: 99, at });
  resumed.end('succeeded', { at });
  resumed.close();

  const output = execFileSync(python, [join(import.meta.dirname, 'peers/event_files.py'), folder], {
    encoding: 'utf8',
  });
  const { scalars, images, text, hyperparameters } = JSON.parse(output.trim().split('\n').at(-1));
  const expected = Array.from({ length: 100 }, (_, step) => [step, Math.fround(step < 40 ? 100 + step : step / 3)]);
  const isRead = JSON.stringify(scalars) === JSON.stringify(expected);
  const isWhole = images[0] === onePixel.length && text === '**done**' && hyperparameters.mixup === true;
  console.log(JSON.stringify({ scalars: scalars.length, isRead, isWhole, isMet: isRead && isWhole }));
  process.exitCode = isRead && isWhole ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
