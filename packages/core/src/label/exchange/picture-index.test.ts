/** @file Names of other tools find the pictures they mean, and none that could be another. */
import { expect, test } from 'vitest';
import { PictureIndex } from './picture-index.ts';

const index = new PictureIndex();
for (const [path, id] of [
  ['cat/1.jpg', 'a'],
  ['dog/1.jpg', 'b'],
  ['dog/2.JPG', 'c'],
  ['deep/in/folders/x y.png', 'd'],
  ['0f0f.jpg', 'e'],
] as const)
  index.add(path, id);

test.each([
  ['cat/1.jpg', 'a'],
  ['/data/images/dog/1.jpg', 'b'],
  ['C:\\pictures\\dog\\1.jpg', 'b'],
  ['2.jpg', 'c'],
  ['https://example.org/a/x%20y.png?token=1', 'd'],
  ['s3://bucket/folders/x y.png', 'd'],
  ['/data/local-files/?d=dog%2F1.jpg', 'b'],
  ['/data/upload/12/5af3bc19-2.jpg', 'c'],
  ['0f0f', 'e'],
  ['0f0f.png', 'e'],
])('%s is the picture %s', (name, id) => {
  expect(index.find(name)).toEqual({ id });
});

test('a name that several pictures have is not guessed, and one that none has is none', () => {
  expect(index.find('1.jpg')).toEqual({ reason: '2 pictures of the dataset have this name' });
  expect(index.find('bird/1.jpg')).toMatchObject({ reason: expect.any(String) });
  expect(index.find('3.jpg')).toBeUndefined();
});
