/** @file An answer in a sentence, before the numbers it comes from. */
import type { ReactNode } from 'react';
import { CheckIcon, SearchIcon, WarnIcon } from '../../components/icons.tsx';
import classes from './VerdictCard.module.css';
import type { Verdict } from './verdict.ts';

const icons: Record<Verdict['tone'], ReactNode> = { good: <CheckIcon />, open: <SearchIcon />, warn: <WarnIcon /> };

export function VerdictCard({ verdict, children }: { verdict: Verdict; children?: ReactNode }) {
  return (
    <section className={classes.card} data-tone={verdict.tone} aria-label="The answer">
      {icons[verdict.tone]}
      <div>
        <h2>{verdict.title}</h2>
        <p>{verdict.words}</p>
        {children}
      </div>
    </section>
  );
}
