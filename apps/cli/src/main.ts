/** @file `tintype`: finds the command, runs it, turns what went wrong into three lines and an exit code. */
import type { TintypeError } from '@tintype/contracts/errors';
import { asTintypeError } from './as-tintype-error.ts';
import type { CommandRecord } from './command.ts';
import { commands } from './commands.ts';
import { createContext } from './context.ts';
import { openOutput } from './output.ts';
import { buildProgram, isHelpShown } from './program.ts';

async function main(argv: readonly string[]): Promise<number> {
  const output = openOutput({ json: argv.includes('--json') });
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  process.once('SIGTERM', () => abort.abort());
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 74));
  let running: CommandRecord | undefined;
  const program = buildProgram(commands, async (command, args, options) => {
    running = command;
    await command.run(createContext(output, abort.signal, options), args, options);
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    output.clearProgress();
    return 0;
  } catch (thrown) {
    if (isHelpShown(thrown)) return 0;
    const error = asTintypeError(thrown, running);
    if (error.code === 'INTERNAL') output.log(error as TintypeError<'INTERNAL'>);
    output.problem(error);
    return error.exitCode;
  }
}

async function run(): Promise<void> {
  const exitCode = await main(process.argv.slice(2));
  // A command that finished may have said that its work did not: pictures that could not be classified.
  if (exitCode !== 0) process.exitCode = exitCode;
}

/** Resolves when the command has ended; a bundle of CommonJS cannot wait for it at its top. */
export const finished: Promise<void> = run();
