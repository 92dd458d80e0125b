/** @file An alias on the version it points to; the champion stands out. */
import { championAlias } from '@tintype/contracts/registry';
import classes from './AliasBadge.module.css';

export function AliasBadge({ alias }: { alias: string }) {
  return (
    <span className={classes.badge} data-champion={alias === championAlias || undefined}>
      {alias === championAlias && (
        <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" fill="currentColor">
          <path d="m6 .8 1.6 3.3 3.6.5-2.6 2.5.6 3.600L6 9l-3.2 1.7.6-3.600L.8 4.600l3.6-.5Z" />
        </svg>
      )}
      {alias}
    </span>
  );
}
