/** @file Commands are told from the words around them. */
import { expect, test } from 'vitest';
import { parseCommands } from './commands.ts';

test('quoted commands become commands as typed in a checkout', () => {
  expect(parseCommands('Run "tintype ingest DIR --labels folder", then "npx tintype train".')).toEqual([
    { kind: 'words', text: 'Run ' },
    { kind: 'command', text: 'npx tintype ingest DIR --labels folder' },
    { kind: 'words', text: ', then ' },
    { kind: 'command', text: 'npx tintype train' },
    { kind: 'words', text: '.' },
  ]);
});

test('other quotes stay words', () => {
  expect(parseCommands('The dataset "tintypes" is empty.')).toEqual([
    { kind: 'words', text: 'The dataset "tintypes" is empty.' },
  ]);
});
