/** @file Nothing here yet, and the step that changes it. */
import type { ReactNode } from 'react';
import classes from './EmptyState.module.css';

export interface EmptyStateProps {
  icon: ReactNode;
  title: string;
  children?: ReactNode;
}

export function EmptyState({ icon, title, children }: EmptyStateProps) {
  return (
    <div className={classes.state}>
      <div className={classes.icon}>{icon}</div>
      <h2>{title}</h2>
      <div className={classes.words}>{children}</div>
    </div>
  );
}
