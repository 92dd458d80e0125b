/** @file Something that is shown this once: a link or a token, with a button that copies it. */
import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { CheckIcon, CopyIcon } from '../../components/icons.tsx';
import classes from './ShownOnce.module.css';

export function ShownOnce({ label, value, note }: { label: string; value: string; note: string }) {
  const clipboard = useClipboard({ timeout: 1500 });
  return (
    <div className={classes.once}>
      <output className={classes.value} aria-label={label}>
        {value}
      </output>
      <Button
        leftSection={clipboard.copied ? <CheckIcon size={16} /> : <CopyIcon size={16} />}
        onClick={() => clipboard.copy(value)}
        data-autofocus
      >
        {clipboard.copied ? 'Copied' : 'Copy'}
      </Button>
      <p className={classes.note}>{note}</p>
    </div>
  );
}
