/** @file `tintype`: finds the command, runs it, turns what went wrong into three lines and an exit code. */
import { commands } from './commands.ts';
import { createContext } from './context.ts';
import { openOutput } from './output.ts';
import { buildProgram, usageError } from './program.ts';

async function main(argv: readonly string[]): Promise<number> {
  const output = openOutput({ json: argv.includes('--json') });
  const abort = new AbortController();
  process.once('SIGINT', () => abort.abort());
  process.once('SIGTERM', () => abort.abort());
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 74));
  const program = buildProgram(commands, async (command, args, options) => {
    await command.run(createContext(output, abort.signal, options), args, options);
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (thrown) {
    const { CommanderError } = await import('commander');
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    const error = thrown instanceof CommanderError ? usageError(thrown) : await asTintypeError(thrown);
    output.problem(error);
    return error.exitCode;
  }
}

async function asTintypeError(thrown: unknown) {
  const { toTintypeError, TintypeError } = await import('@tintype/contracts/errors');
  if ((thrown as { name?: string } | null)?.name === 'ZodError') {
    const issues = (thrown as { issues: { path: PropertyKey[]; message: string }[] }).issues;
    return new TintypeError('VALIDATION_FAILED', {
      errors: issues.map((issue) => ({ pointer: issue.path.map(String).join('/'), message: issue.message })),
    });
  }
  const errorId = `e_${Date.now().toString(36)}`;
  if (!(thrown instanceof TintypeError))
    process.stderr.write(`${errorId} ${(thrown as Error)?.stack ?? String(thrown)}\n`);
  return toTintypeError(thrown, errorId);
}

const exitCode = await main(process.argv.slice(2));
// A command that finished may have said that its work did not: pictures that could not be classified.
if (exitCode !== 0) process.exitCode = exitCode;
