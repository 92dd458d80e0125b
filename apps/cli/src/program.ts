/** @file The command records as a commander program. */
import { TintypeError } from '@tintype/contracts/errors';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { CommandRecord, OptionRecord } from './command.ts';
import { integer } from './format.ts';
import { suggest } from './suggest.ts';
import { version } from './version.ts';

type Run = (
  command: CommandRecord,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
) => Promise<void>;

/** Options that every command takes, before its name or after it. */
export const globalOptions: readonly OptionRecord[] = [
  { flags: '--workspace <dir>', description: 'folder with tintype.yaml (default: the nearest above this one)' },
  { flags: '--json', description: 'print the result as one line of JSON' },
];

const globalNames = globalOptions.map(({ flags }) => new Option(flags).attributeName());

export function buildProgram(commands: readonly CommandRecord[], run: Run): Command {
  const program = configure(new Command('tintype'), 'tintype')
    .description('From a heap of pictures to a classifier in production.')
    .version(version, '--version', 'show the version')
    .allowExcessArguments(true)
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nSixty seconds:\n  tintype init photos && cd photos\n  tintype ingest ~/pictures --labels folder\n  tintype train\n  tintype serve\n\n"tintype help COMMAND" shows the options and examples of a command.',
    );
  program.action(() => {
    const words = program.args[0] === 'help' ? program.args.slice(1) : program.args;
    showHelp(program, words);
  });
  for (const record of commands) {
    const [name = '', action] = record.name.split(' ');
    // The record of a group stands before those of its actions.
    const parent = action === undefined ? program : (program.commands.find((c) => c.name() === name) ?? program);
    describe(parent.command(action ?? name), record, run);
  }
  return program;
}

/** Help of the command that the words name. Throws USAGE_INVALID where there is none, with the one probably meant. */
function showHelp(from: Command, words: readonly string[]): void {
  const [word, ...rest] = words;
  if (word === undefined) {
    from.outputHelp();
    return;
  }
  const found = from.commands.find((command) => command.name() === word);
  if (found) {
    showHelp(found, rest);
    return;
  }
  const path = fullName(from);
  const close = suggest(
    word,
    from.commands.map((command) => command.name()),
  );
  throw new TintypeError('USAGE_INVALID', {
    problem: `There is no command "${path} ${word}"${close ? `; did you mean "${path} ${close}"?` : '.'}`,
    command: path,
  });
}

const fullName = (command: Command): string =>
  command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();

/** What every command has: help, the global options, and refusals that are ours. */
function configure(command: Command, name: string): Command {
  command
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .configureOutput({ writeErr: () => undefined })
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : usageError(error, name);
    });
  for (const option of globalOptions) {
    const built = new Option(option.flags, option.description);
    command.addOption(option.flags.startsWith('--workspace') ? built.env('TINTYPE_WORKSPACE') : built);
  }
  return command;
}

function describe(command: Command, record: CommandRecord, run: Run): void {
  command
    .description(record.summary)
    .allowExcessArguments(false)
    .addHelpText('after', `\nExamples:\n${record.examples.map((example) => `  ${example}`).join('\n')}`);
  if (record.arguments) command.arguments(record.arguments);
  for (const option of record.options) command.addOption(buildOption(option));
  configure(command, `tintype ${record.name}`);
  // One that takes words may have commands too: what stands behind their name is theirs.
  if (record.arguments) command.enablePositionalOptions();
  const isGroup = (): boolean => command.commands.length > 0;
  // A group's command takes no words of its own: one that is there was meant as one of its commands.
  if (!record.arguments) command.allowExcessArguments(true);
  command.action(async () => {
    if (isGroup() && !record.arguments && command.args.length > 0)
      return showHelp(command, command.args[0] === 'help' ? command.args.slice(1) : command.args);
    if (!record.arguments && command.args.length > 0) {
      throw new TintypeError('USAGE_INVALID', {
        problem: `"tintype ${record.name}" takes no word such as "${command.args[0]}".`,
        command: `tintype ${record.name}`,
      });
    }
    await run(record, command.args, gatherOptions(command));
  });
}

/** Where its group has an option of the same name, the command's own counts. Global ones stand anywhere, and what is said wins over the environment. */
function gatherOptions(command: Command): Record<string, unknown> {
  const chain = command.parent ? [command.parent.parent, command.parent, command] : [command];
  const commands = chain.filter((one) => one !== null && one !== undefined);
  const gathered: Record<string, unknown> = Object.assign({}, ...commands.map((one) => one.opts()));
  for (const one of commands)
    for (const name of globalNames)
      if (one.getOptionValueSource(name) === 'cli') gathered[name] = one.getOptionValue(name);
  return gathered;
}

function buildOption(option: OptionRecord): Option {
  const built = new Option(option.flags, option.description);
  if (option.choices) built.choices([...option.choices]);
  if (option.default !== undefined) built.default(option.default);
  const { range } = option;
  if (range) built.argParser((text: string) => parseInteger(text, range));
  return built;
}

/** Throws commander's InvalidArgumentError unless `text` is a whole number in the range. */
function parseInteger(text: string, [low, high]: readonly [number, number]): number {
  const value = Number(text);
  if (/^[+-]?\d+$/.test(text) && value >= low && value <= high) return value;
  throw new InvalidArgumentError(`It takes a whole number from ${low} to ${integer(high)}.`);
}

/** commander's refusal as ours: its sentence, without its `error:`. */
export function usageError(error: CommanderError, command: string): TintypeError {
  const problem = error.message
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .replace(/^option '(--\S+)[^']*' argument ('.*') is invalid\./su, '$1 does not take $2.')
    .trim();
  const sentence = problem[0] === '-' ? problem : (problem[0] ?? '').toUpperCase() + problem.slice(1);
  return new TintypeError('USAGE_INVALID', { problem: /[.?)]$/.test(sentence) ? sentence : `${sentence}.`, command });
}

export const isHelpShown = (thrown: unknown): boolean => thrown instanceof CommanderError && thrown.exitCode === 0;
