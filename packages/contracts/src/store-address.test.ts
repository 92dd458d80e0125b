/** @file Addresses of stores: what is one, and what it says. */
import { expect, test } from 'vitest';
import { findStoreAddress, parseStoreAddress, renderStoreAddress } from './store-address.ts';

test.each([
  ['file:photos', { scheme: 'file', folder: 'photos' }, 'file:photos'],
  ['s3://photos', { scheme: 's3', bucket: 'photos', prefix: '' }, 's3://photos/'],
  ['s3://photos/', { scheme: 's3', bucket: 'photos', prefix: '' }, 's3://photos/'],
  ['s3://photos/a/b', { scheme: 's3', bucket: 'photos', prefix: 'a/b/' }, 's3://photos/a/b/'],
  [
    'gs://my.photos/a b/ü+%20/',
    { scheme: 'gs', bucket: 'my.photos', prefix: 'a b/ü+%20/' },
    'gs://my.photos/a b/ü+%20/',
  ],
])('%j is an address', (text, address, rendered) => {
  expect(parseStoreAddress(text)).toEqual(address);
  expect(renderStoreAddress(parseStoreAddress(text))).toBe(rendered);
});

test.each([
  '',
  'photos',
  'file:',
  's3:photos',
  's3://',
  's3:///photos',
  's3://-photos',
  's3://user:secret@host/photos',
  's3://photos//a',
  's3://photos/../other',
  's3://photos/a\nb',
  'https://photos.example.org/a',
  `gs://photos/${'x'.repeat(1000)}`,
])('%j is none', (text) => {
  expect(findStoreAddress(text)).toBeUndefined();
});
