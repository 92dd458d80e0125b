/** @file The frame of the screens before the page: the name, one card, the color scheme. */
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { Brand } from '../../shell/Brand.tsx';
import { SchemeToggle } from '../../shell/SchemeToggle.tsx';
import classes from './AccessFrame.module.css';

export interface AccessFrameProps {
  title: string;
  children: ReactNode;
}

export function AccessFrame({ title, children }: AccessFrameProps) {
  useEffect(() => {
    document.title = `${title} · Tintype`;
  }, [title]);
  return (
    <div className={classes.page}>
      <div className={classes.side}>
        <SchemeToggle />
      </div>
      <main className={classes.card}>
        <div className={classes.brand}>
          <Brand />
          <span>Tintype</span>
        </div>
        <h1>{title}</h1>
        {children}
      </main>
    </div>
  );
}
