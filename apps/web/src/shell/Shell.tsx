/** @file The frame of every screen: skip link, name, tabs, workspace, health, keys. */
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useWorkspace } from '../components/use-workspace.ts';
import { HealthLight } from './HealthLight.tsx';
import { KeysDialog } from './KeysDialog.tsx';
import { SchemeToggle } from './SchemeToggle.tsx';
import classes from './Shell.module.css';
import { findScreen, screens } from './screens.tsx';
import { useArrival } from './use-arrival.ts';

export function Shell({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  const { data } = useWorkspace();
  const current = findScreen(path);
  const main = useArrival(current?.label, path);
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        Skip to content
      </a>
      <header className={classes.header}>
        <Link href="/" className={classes.brand} aria-label="Tintype, to the first screen">
          <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
            <rect x="1" y="1" width="22" height="22" rx="5" fill="var(--mantine-color-iris-6)" />
            <path
              d="M5.5 8V7A1.5 1.5 0 0 1 7 5.500h1M16 5.500h1A1.5 1.5 0 0 1 18.5 7v1M18.5 16v1a1.5 1.5 0 0 1-1.5 1.500h-1M8 18.500H7A1.5 1.5 0 0 1 5.5 17v-1"
              fill="none"
              stroke="#fff"
              strokeWidth="1.5"
              strokeLinecap="round"
            />
            <circle cx="12" cy="12" r="3.5" fill="#fff" />
          </svg>
          <span>Tintype</span>
        </Link>
        <nav className={classes.tabs} aria-label="Screens">
          {screens.map((screen) => (
            <Link key={screen.path} href={screen.path} aria-current={screen === current ? 'page' : undefined}>
              {screen.icon}
              <span>{screen.label}</span>
            </Link>
          ))}
        </nav>
        <div className={classes.side}>
          <span className={classes.workspace} title={data ? `Workspace ${data.name}` : undefined}>
            {data?.name}
          </span>
          <HealthLight />
          <KeysDialog />
          <SchemeToggle />
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} className={classes.main}>
        {children}
      </main>
    </div>
  );
}
