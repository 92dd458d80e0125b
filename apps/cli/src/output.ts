/** @file What a command writes: data on stdout, progress and problems on stderr, all of it as JSON where asked. */
import type { TintypeError } from '@tintype/contracts/errors';
import { stderrColors } from './colors.ts';
import { printable } from './format.ts';

export interface Output {
  readonly json: boolean;
  /** The command's result: one JSON line with --json, else what `render` returns. */
  result(data: unknown, render: () => string): void;
  /** A line, or a few, that replace themselves on a terminal; elsewhere the first every few seconds, so that a log shows life. */
  progress(text: string | readonly string[]): void;
  /** Ends the progress lines. */
  clearProgress(): void;
  /** A remark that is not data. */
  notice(text: string): void;
  problem(error: TintypeError): void;
  /** What an unexpected error was, for whoever mends it; a line of JSON with --json. */
  log(error: TintypeError<'INTERNAL'>): void;
}

const logEveryMs = 5000;

const { red, dim, bold } = stderrColors;

/** Back to the start of the first of so many lines, with all of them empty. */
const eraseLines = (count: number): string => (count > 1 ? `\r\x1b[${count - 1}A\x1b[J` : '\r\x1b[K');

export function openOutput(options: { json: boolean }): Output {
  const terminal = process.stderr.isTTY && !options.json;
  let openLines = 0;
  let loggedAt = performance.now();
  const clearProgress = (): void => {
    if (openLines > 0) process.stderr.write(eraseLines(openLines));
    openLines = 0;
  };
  return {
    json: options.json,
    result(data, render) {
      clearProgress();
      process.stdout.write(`${options.json ? JSON.stringify(data) : render()}\n`);
    },
    progress(text) {
      const lines = (typeof text === 'string' ? [text] : text).map(printable);
      if (terminal) {
        const width = Math.max(20, (process.stderr.columns || 80) - 1);
        const shown = lines.slice(0, Math.max(1, (process.stderr.rows || 24) - 1)).map((line) => line.slice(0, width));
        const [first = '', ...rest] = shown;
        // In one write, so that nothing flickers.
        process.stderr.write(`${eraseLines(openLines)}${[dim(first), ...rest].join('\n')}`);
        openLines = shown.length;
      } else if (!options.json && performance.now() - loggedAt > logEveryMs) {
        loggedAt = performance.now();
        process.stderr.write(`${lines[0] ?? ''}\n`);
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
