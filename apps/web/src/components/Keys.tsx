/** @file A key press, as keycaps. */
import { Kbd } from '@mantine/core';
import { showKeys } from './actions.ts';

export function Keys({ name }: { name: string }) {
  return (
    <span style={{ display: 'inline-flex', gap: 3 }}>
      {showKeys(name).map((part) => (
        <Kbd key={part} size="xs">
          {part}
        </Kbd>
      ))}
    </span>
  );
}
