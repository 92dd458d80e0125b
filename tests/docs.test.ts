/** @file The documents keep up with the code: links lead somewhere, commands exist, figures are where they are said to be. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { errorTable } from '@tintype/contracts/errors';
import { expect, test } from 'vitest';
import { commands } from '../apps/cli/src/commands.ts';

const root = resolve(import.meta.dirname, '..');

const listPages = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return listPages(path);
    return name.endsWith('.md') ? [path] : [];
  });
const pages = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md']
  .map((name) => join(root, name))
  .concat(listPages(join(root, 'docs')));

test('every relative link of every page leads to a file', () => {
  const broken = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
      .map(([, target]) => target as string)
      .filter((target) => !existsSync(resolve(dirname(page), target)))
      .map((target) => `${relative(root, page)} links to ${target}`),
  );

  expect(broken).toEqual([]);
});

test('every command in a shell block exists, with every option it is given', () => {
  const broken = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)]
      .flatMap(([, block]) => (block as string).split('\n'))
      .flatMap((line) => /(?:^|\s|\$ )(?:npx )?tintype (.+?)(?:\s+#.*)?$/.exec(line)?.[1] ?? [])
      .filter((words) => !isKnown(words))
      .map((words) => `${relative(root, page)}: tintype ${words}`),
  );

  expect(broken).toEqual([]);
});

function isKnown(words: string): boolean {
  const [first = '', second = ''] = words.split(/\s+/);
  const command = commands.find((c) => c.name === `${first} ${second}`) ?? commands.find((c) => c.name === first);
  if (!command) return first.startsWith('--');
  const known = new Set(['--json', '--help', '--workspace', ...command.options.map((o) => o.flags.split(' ')[0])]);
  return [...words.matchAll(/(?:^|\s)(--[a-z0-9-]+)/g)].every(([, option]) => known.has(option as string));
}

test('every error code that a page names is in the table', () => {
  const prefixes = [...new Set(Object.keys(errorTable).map((code) => code.split('_')[0]))].join('|');
  const broken = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(new RegExp(`\`((?:${prefixes})_[A-Z_]+)\``, 'g'))]
      .map(([, code]) => code as string)
      .filter((code) => !(code in errorTable))
      .map((code) => `${relative(root, page)}: ${code}`),
  );

  expect(broken).toEqual([]);
});

test('continuous integration runs the commands that the README gives', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const ci = readFileSync(join(root, '.ci/run'), 'utf8');

  for (const command of ['npm ci', 'npm test', 'npm run demo', 'npm run check']) {
    expect(readme).toContain(command);
    expect(ci).toContain(command);
  }
});

test('every stage that has a command has a guide', () => {
  const guides = readdirSync(join(root, 'docs/guides'));

  expect(guides.toSorted()).toEqual([
    'backup.md',
    'batch.md',
    'catalog.md',
    'evaluate.md',
    'explore.md',
    'import.md',
    'ingest.md',
    'label.md',
    'page.md',
    'people.md',
    'registry.md',
    'scale.md',
    'serve.md',
    'train.md',
    'tune.md',
    'verify.md',
  ]);
});

test('the README is at most 150 lines', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8').split('\n').length).toBeLessThanOrEqual(150);
});
