/** @file The next step, its commands set as code. */
import { Code } from '@mantine/core';
import { parseCommands } from './commands.ts';

export function Hint({ text }: { text: string }) {
  return parseCommands(text).map((part) =>
    part.kind === 'command' ? <Code key={part.text}>{part.text}</Code> : <span key={part.text}>{part.text}</span>,
  );
}
