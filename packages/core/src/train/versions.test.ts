/** @file Versions that a bundle names are those that ran. */
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readVersions } from './versions.ts';

test('a bundle names what decoded its pictures and ran its graph', () => {
  const versions = readVersions();

  expect(versions.node).toBe(process.versions.node);
  expect(versions.sharp).toBe(sharp.versions.sharp);
  expect(versions.libvips).toBe(sharp.versions.vips);
  expect(Object.values(versions)).not.toContain('unknown');
});
