/** @file A command to type, with a button that copies it. */
import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import classes from './Command.module.css';
import { CheckIcon, CopyIcon } from './icons.tsx';

export function Command({ line }: { line: string }) {
  const clipboard = useClipboard({ timeout: 1500 });
  const label = clipboard.copied ? 'Copied' : `Copy the command ${line}`;
  return (
    <span className={classes.command}>
      <code>{line}</code>
      <Tooltip label={clipboard.copied ? 'Copied' : 'Copy'}>
        <ActionIcon size="sm" aria-label={label} onClick={() => clipboard.copy(line)}>
          {clipboard.copied ? <CheckIcon size={16} /> : <CopyIcon size={16} />}
        </ActionIcon>
      </Tooltip>
    </span>
  );
}
