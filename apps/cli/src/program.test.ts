/** @file Every command as words on a command line: examples, options, refusals, help. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataIssueKinds } from '@tintype/contracts/catalog';
import { logLevels } from '@tintype/contracts/config';
import { TintypeError } from '@tintype/contracts/errors';
import { labelRules } from '@tintype/contracts/ingest';
import { exportFormats, importFormats } from '@tintype/contracts/label-exchange';
import { headKinds } from '@tintype/contracts/model';
import { architectureNames, optimizerNames, scheduleNames, trainProviders } from '@tintype/contracts/train';
import { prunerKinds, samplerKinds, tuneMetrics } from '@tintype/contracts/tune';
import { usualSettings } from '@tintype/core/tune/search-space';
import { buildSpace, toTrainOptions } from '@tintype/core/tune/spaces';
import { renderTrainCommand } from '@tintype/core/tune/train-command';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommandRecord } from './command.ts';
import { commands } from './commands.ts';
import { buildProgram, globalOptions } from './program.ts';

interface Parsed {
  name: string;
  args: readonly string[];
  options: Readonly<Record<string, unknown>>;
}

/** What would run for these words. Throws what the command line would report. */
async function parse(words: readonly string[]): Promise<Parsed | undefined> {
  let parsed: Parsed | undefined;
  const program = buildProgram(commands, async (command, args, options) => {
    parsed = { name: command.name, args, options };
  });
  await program.parseAsync(words, { from: 'user' });
  return parsed;
}

async function refusalOf(...words: string[]): Promise<TintypeError> {
  const refused = await parse(words).catch((thrown: unknown) => thrown);
  if (!(refused instanceof TintypeError)) throw new Error(`not refused: ${words.join(' ')}: ${String(refused)}`);
  return refused;
}

/** Help as printed. */
async function helpOf(...words: string[]): Promise<string> {
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  await parse(words).catch((thrown: unknown) => {
    if ((thrown as { exitCode?: number }).exitCode !== 0) throw thrown;
  });
  write.mockRestore();
  return text;
}

const environment = process.env.TINTYPE_WORKSPACE;
beforeEach(() => {
  delete process.env.TINTYPE_WORKSPACE;
});
afterEach(() => {
  if (environment !== undefined) process.env.TINTYPE_WORKSPACE = environment;
});

const examples = commands.flatMap((record) => record.examples.map((example) => ({ record, example })));
test.each(examples)('$example runs $record.name', async ({ record, example }) => {
  const [tintype, ...words] = example.split(' ');

  const parsed = await parse(words);

  expect(tintype).toBe('tintype');
  expect(parsed?.name).toBe(record.name);
});

test.each(commands)('$name has an example and says in its help what each option does', async (record) => {
  const help = (await helpOf(...record.name.split(' '), '--help')).replaceAll(/\s+/g, ' ');

  expect(record.examples.length).toBeGreaterThan(0);
  for (const option of [...record.options, ...globalOptions]) {
    expect(help).toContain(option.flags);
    expect(help).toContain(option.description);
  }
  for (const example of record.examples) expect(help).toContain(example);
});

test('a group stands before its actions, and no name is taken twice', () => {
  const names = commands.map((record) => record.name);
  const actions = names.filter((name) => name.includes(' '));

  expect(new Set(names).size).toBe(names.length);
  for (const name of actions) expect(names.indexOf(name.split(' ')[0] as string)).toBeLessThan(names.indexOf(name));
});

test('what help needs loads no schema: commands import rooms only when they run', () => {
  const folder = join(import.meta.dirname, 'commands');
  const eager = /^import (?!type )[^;]*'(@tintype\/(?!contracts\/errors)[^']*|zod)'/gm;

  const found = readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').match(eager) ?? []);

  expect(found).toEqual([]);
});

/** The records write choices out, so that help does not load schemas; these are what they must be. */
test.each([
  ['train', '--head', headKinds],
  ['train', '--architecture', architectureNames],
  ['train', '--optimizer', optimizerNames],
  ['train', '--schedule', scheduleNames],
  ['train', '--provider', trainProviders],
  ['ingest', '--labels', labelRules],
  ['catalog issues', '--kind', dataIssueKinds],
  ['import labels', '--format', importFormats],
  ['export dataset', '--format', exportFormats],
  ['tune', '--metric', tuneMetrics],
  ['serve', '--log-level', logLevels],
  ['tune', '--sampler', samplerKinds],
  ['tune', '--pruner', prunerKinds],
] as const)('the choices of %s %s are those of the contract', (name, flag, choices) => {
  const record = commands.find((one) => one.name === name) as CommandRecord;
  const option = record.options.find((one) => one.flags.startsWith(flag));

  expect(option?.choices?.toSorted()).toEqual([...choices].toSorted());
});

test.each([
  { words: ['cat'], says: 'did you mean "tintype catalog"?', hint: '"tintype --help"' },
  { words: ['--json', 'cat'], says: 'did you mean "tintype catalog"?', hint: '"tintype --help"' },
  { words: ['catalog', 'lst'], says: 'did you mean "tintype catalog list"?', hint: '"tintype catalog --help"' },
  { words: ['models', 'promot', '1'], says: '"tintype models promote"?', hint: '"tintype models --help"' },
  { words: ['help', 'nothing'], says: 'There is no command "tintype nothing".', hint: '"tintype --help"' },
  { words: ['train', 'scenes'], says: 'takes no word such as "scenes"', hint: '"tintype train --help"' },
  { words: ['train', '--bakbone', 'x'], says: 'Did you mean --backbone?', hint: '"tintype train --help"' },
  { words: ['ingest'], says: "Missing required argument 'source'", hint: '"tintype ingest --help"' },
  { words: ['train', '--head', 'tree'], says: "--head does not take 'tree'.", hint: '"tintype train --help"' },
])('tintype $words is refused with the next step', async ({ words, says, hint }) => {
  const refusal = await refusalOf(...words);

  expect(refusal).toMatchObject({ code: 'USAGE_INVALID', exitCode: 64 });
  expect(refusal.message).toContain(says);
  expect(refusal.hint).toContain(hint);
});

test.each([
  ['train', '--seed', '-1'],
  ['train', '--seed', '1.5'],
  ['train', '--seed', ''],
  ['train', '--seed', '1e3'],
  ['train', '--seed', '99999999999999999999'],
  ['snapshot', '--seed', 'many'],
  ['catalog', 'list', '--limit', '0'],
  ['catalog', 'issues', '--limit', '1001'],
  ['serve', '--port', 'abc'],
  ['serve', '--port', '70000'],
  ['start', '--children', '0'],
  ['tune', '--jobs', '0'],
])('tintype %s %s %s takes only whole numbers in its range', async (...words) => {
  const refusal = await refusalOf(...words);

  expect(refusal.code).toBe('USAGE_INVALID');
  expect(refusal.message).toMatch(
    /^--(seed|limit|port|children|jobs) does not take '.*'\. It takes a whole number from /,
  );
});

test('the command of every kind of trial is one that the command line takes', async () => {
  const models = ['histograms', 'net.onnx+last:2', 'vit-tiny'];
  const space = buildSpace(models);
  const settings = models.map((model) => usualSettings(space, { model }));

  const parsed = await Promise.all(
    settings.map((one) =>
      parse(
        renderTrainCommand({ snapshot: 'snap_1', seed: 3, ...toTrainOptions(one) })
          .split(' ')
          .slice(1),
      ),
    ),
  );

  expect(parsed.map((one) => one?.name)).toEqual(['train', 'train', 'train']);
  expect(parsed[0]?.options).toMatchObject({ backbone: 'histograms', head: 'logistic', set: ['c=0.01'], seed: 3 });
  expect(parsed[1]?.options).toMatchObject({ backbone: 'net.onnx', train: 'last:2', epochs: 5 });
  expect(parsed[2]?.options).toMatchObject({ architecture: 'vit-tiny', batch: 32, augment: 'standard' });
});

test('numbers arrive as numbers', async () => {
  expect((await parse(['train', '--seed', '7']))?.options.seed).toBe(7);
  expect((await parse(['train']))?.options.seed).toBe(1);
  expect((await parse(['serve', '--port', '0']))?.options.port).toBe(0);
});

test('global options may stand before the command or after it, and win over the environment', async () => {
  process.env.TINTYPE_WORKSPACE = '/from/environment';

  expect((await parse(['--workspace', 'a', '--json', 'catalog', 'list']))?.options).toMatchObject({
    workspace: 'a',
    json: true,
  });
  expect((await parse(['catalog', 'list', '--workspace', 'b', '--json']))?.options).toMatchObject({
    workspace: 'b',
    json: true,
  });
  expect((await parse(['train']))?.options.workspace).toBe('/from/environment');
  delete process.env.TINTYPE_WORKSPACE;
});

test('tintype alone, help and --help are one page; help COMMAND is that of the command', async () => {
  const page = await helpOf();

  expect(page).toContain('Sixty seconds');
  expect(await helpOf('help')).toBe(page);
  expect(await helpOf('--help')).toBe(page);
  expect(await helpOf('-h')).toBe(page);
  expect(await helpOf('help', 'catalog', 'list')).toBe(await helpOf('catalog', 'list', '--help'));
  expect(await helpOf('catalog', 'help', 'list')).toBe(await helpOf('catalog', 'list', '--help'));
});
