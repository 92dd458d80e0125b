/** @file What the built page asks a browser to load before anything is shown. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../apps/web/dist');
const html = readFileSync(join(folder, 'index.html'), 'utf8');
const loaded = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path as string);
const sum = (extension: string): number =>
  loaded
    .filter((path) => path.endsWith(extension))
    .reduce((bytes, path) => bytes + gzipSync(readFileSync(join(folder, path)), { level: 9 }).length, 0);

test('the first screen loads at most 200 kB of script and 20 kB of styles, compressed', () => {
  expect(sum('.js')).toBeGreaterThan(50_000);
  expect(sum('.js')).toBeLessThanOrEqual(200_000);
  expect(sum('.css')).toBeLessThanOrEqual(20_000);
});

test('the page needs no inline script, so that the strict policy holds', () => {
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)/);
  expect(html).not.toMatch(/\son\w+=/);
});
