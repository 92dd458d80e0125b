/** @file What a command writes: data on stdout, progress and problems on stderr, all of it as JSON where asked. */
import type { TintypeError } from '@tintype/contracts/errors';
import { stderrColors } from './colors.ts';
import { printable } from './format.ts';

export interface Output {
  readonly json: boolean;
  /** The command's result: one JSON line with --json, else what `render` returns. */
  result(data: unknown, render: () => string): void;
  /** One line that replaces itself on a terminal; elsewhere a line every few seconds, so that a log shows life. */
  progress(text: string): void;
  /** Ends the progress line. */
  clearProgress(): void;
  /** A remark that is not data. */
  notice(text: string): void;
  problem(error: TintypeError): void;
  /** What an unexpected error was, for whoever mends it; a line of JSON with --json. */
  log(error: TintypeError<'INTERNAL'>): void;
}

const logEveryMs = 5000;

const { red, dim, bold } = stderrColors;

export function openOutput(options: { json: boolean }): Output {
  const terminal = process.stderr.isTTY && !options.json;
  let isLineOpen = false;
  let loggedAt = performance.now();
  const clearProgress = (): void => {
    if (isLineOpen) process.stderr.write('\r\x1b[K');
    isLineOpen = false;
  };
  return {
    json: options.json,
    result(data, render) {
      clearProgress();
      process.stdout.write(`${options.json ? JSON.stringify(data) : render()}\n`);
    },
    progress(text) {
      if (terminal) {
        const width = Math.max(20, (process.stderr.columns || 80) - 1);
        process.stderr.write(`\r\x1b[K${dim(printable(text).slice(0, width))}`);
        isLineOpen = true;
      } else if (!options.json && performance.now() - loggedAt > logEveryMs) {
        loggedAt = performance.now();
        process.stderr.write(`${printable(text)}\n`);
      }
    },
    clearProgress,
    notice(text) {
      clearProgress();
      if (!options.json) process.stderr.write(`${printable(text)}\n`);
    },
    log(error) {
      clearProgress();
      const { errorId } = error.details;
      const stack = (error.cause as Error | undefined)?.stack ?? String(error.cause);
      process.stderr.write(`${options.json ? JSON.stringify({ errorId, stack }) : dim(`${errorId} ${stack}`)}\n`);
    },
    problem(error) {
      clearProgress();
      process.stderr.write(
        options.json
          ? `${JSON.stringify(error.toProblem())}\n`
          : `${red('error:')} ${printable(error.message)}\n${dim('code: ')} ${error.code}\n${bold('next: ')} ${printable(error.hint)}\n`,
      );
    },
  };
}
