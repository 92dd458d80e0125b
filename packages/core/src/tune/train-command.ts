/** @file The one command that trains what a trial tried. */
import type { TrainOptions } from '@tintype/contracts/train';

/** Words that a shell takes as they are; the rest goes in quotes. */
const plain = /^[\w@%+=:,./-]+$/;
const quote = (word: string): string => (plain.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** Options that are called otherwise on the command line: one word for each value. */
const flagNames: Readonly<Record<string, string>> = { gates: 'gate' };

/** `classWeights` -> `--class-weights`. */
const flagOf = (name: string): string =>
  `--${(flagNames[name] ?? name).replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** `tintype train --snapshot … --backbone …`, with everything that is given; what is not given is usual there too. */
export function renderTrainCommand(options: Partial<TrainOptions>): string {
  const words = Object.entries(options).flatMap(([name, value]) => wordsOf(name, value));
  return ['tintype', 'train', ...words.map(quote)].join(' ');
}

function wordsOf(name: string, value: unknown): string[] {
  if (value === undefined || value === null || value === false) return [];
  if (value === true) return [flagOf(name)];
  if (name === 'hyperparameters') {
    const pairs = Object.entries(value as Record<string, unknown>).map(([key, one]) => `${key}=${String(one)}`);
    return pairs.length === 0 ? [] : ['--set', ...pairs];
  }
  if (Array.isArray(value)) return value.length === 0 ? [] : [flagOf(name), ...value.map(String)];
  return [flagOf(name), String(value as string | number)];
}
