/** @file The ways through a screen as links beside each other, the present one raised; on a phone in a row that scrolls. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import classes from './Ways.module.css';

export interface WaysProps {
  /** For who hears the page. */
  label: string;
  items: readonly { href: string; label: string; isCurrent: boolean; more?: ReactNode }[];
}

export function Ways({ label, items }: WaysProps) {
  return (
    <nav className={classes.ways} aria-label={label}>
      {items.map(({ href, label: words, isCurrent, more }) => (
        <Link key={href} href={href} aria-current={isCurrent ? 'page' : undefined}>
          {words}
          {more}
        </Link>
      ))}
    </nav>
  );
}
