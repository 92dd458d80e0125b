/** @file The command records as a commander program. */
import { TintypeError } from '@tintype/contracts/errors';
import { Command, type CommanderError, Option } from 'commander';
import type { CommandRecord } from './command.ts';
import { version } from './version.ts';

type Run = (
  command: CommandRecord,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
) => Promise<void>;

const globalOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--workspace <dir>', 'folder with tintype.yaml (default: the nearest above this one)').env(
        'TINTYPE_WORKSPACE',
      ),
    )
    .option('--json', 'print the result as one line of JSON');

/** Words that group commands; the first is also a command of its own. */
const groupSummaries: Record<string, string> = {
  catalog: 'what is in the workspace: counts, classes, issues',
  models: 'registered models: versions, aliases, history',
  snapshot: 'freeze samples, labels and splits',
};

export function buildProgram(commands: readonly CommandRecord[], run: Run): Command {
  const program = new Command('tintype')
    .description('From a heap of pictures to a classifier in production.')
    .version(version, '--version')
    .helpOption('--help', 'show this help')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .addHelpText(
      'after',
      '\nSixty seconds:\n  tintype init photos && cd photos\n  tintype ingest ~/pictures --labels folder\n  tintype train\n  tintype serve',
    );
  const groups = new Map<string, Command>();
  for (const record of commands) {
    const [group, action] = record.name.split(' ') as [string, string | undefined];
    const parent = action === undefined ? program : (groups.get(group) ?? addGroup(program, groups, group));
    const command =
      action === undefined && groups.has(group) ? (groups.get(group) as Command) : parent.command(action ?? group);
    if (action === undefined) groups.set(group, command);
    describe(command, record, run);
  }
  return program;
}

function addGroup(program: Command, groups: Map<string, Command>, name: string): Command {
  const group = program.command(name).description(groupSummaries[name] ?? '');
  groups.set(name, group);
  return group;
}

function describe(command: Command, record: CommandRecord, run: Run): void {
  command
    .description(record.summary)
    .helpOption('--help', 'show this help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .addHelpText('after', `\nExamples:\n${record.examples.map((example) => `  ${example}`).join('\n')}`);
  if (record.arguments) command.arguments(record.arguments);
  for (const option of record.options) {
    const built = new Option(option.flags, option.description);
    if (option.choices) built.choices([...option.choices]);
    if (option.default !== undefined) built.default(option.default);
    command.addOption(built);
  }
  globalOptions(command);
  command.action(async () => {
    await run(record, command.args, command.optsWithGlobals());
  });
}

/** commander's refusal as ours: its sentence, without its `error:`. */
export function usageError(error: CommanderError): TintypeError {
  const problem = error.message
    .replace(/^error: /, '')
    .replaceAll('\n', ' ')
    .trim();
  const sentence =
    problem === '(outputHelp)' || problem === '' ? 'A command is needed' : problem[0]?.toUpperCase() + problem.slice(1);
  return new TintypeError('USAGE_INVALID', { problem: /[.?)]$/.test(sentence) ? sentence : `${sentence}.` });
}
