/** @file What the colors and shapes of points mean; each entry shows or hides its points. */

import { MarkGlyph } from '../../../components/ClassMark.tsx';
import { formatCount } from '../../../components/format.ts';
import type { Kind } from './kinds.ts';
import classes from './Legend.module.css';

export interface LegendProps {
  kinds: readonly Kind[];
  hidden: ReadonlySet<string>;
  onToggle: (name: string) => void;
}

export function Legend({ kinds, hidden, onToggle }: LegendProps) {
  return (
    <ul className={classes.legend} aria-label="Kinds of points">
      {kinds
        .filter(({ count }) => count > 0)
        .map(({ name, mark, count }) => (
          <li key={name}>
            <button type="button" aria-pressed={!hidden.has(name)} onClick={() => onToggle(name)} title={name}>
              <MarkGlyph mark={mark} />
              <span className={classes.name}>{name}</span>
              <span className={classes.count}>{formatCount(count)}</span>
            </button>
          </li>
        ))}
    </ul>
  );
}
