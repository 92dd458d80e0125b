/** @file The frame of every screen: skip link, name, tabs, workspace, health, keys. */
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useWorkspace } from '../components/use-workspace.ts';
import { LabelQueueLight } from '../features/label/LabelQueueLight.tsx';
import { Brand } from './Brand.tsx';
import { HealthLight } from './HealthLight.tsx';
import { KeysDialog } from './KeysDialog.tsx';
import { SchemeToggle } from './SchemeToggle.tsx';
import classes from './Shell.module.css';
import { findScreen, screens } from './screens.tsx';
import { UserButton } from './UserButton.tsx';
import { useArrival } from './use-arrival.ts';

const shownScreens = screens.filter(({ isHidden }) => !isHidden);

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
          <Brand />
          <span>Tintype</span>
        </Link>
        <nav className={classes.tabs} aria-label="Screens">
          {shownScreens.map((screen) => (
            <Link key={screen.path} href={screen.path} aria-current={screen === current ? 'page' : undefined}>
              {screen.icon}
              <span>{screen.label}</span>
            </Link>
          ))}
        </nav>
        <div className={classes.side}>
          <LabelQueueLight />
          <span className={classes.workspace} title={data ? `Workspace ${data.name}` : undefined}>
            {data?.name}
          </span>
          <HealthLight />
          <KeysDialog />
          <SchemeToggle />
          <UserButton />
        </div>
      </header>
      <main id="main" ref={main} tabIndex={-1} className={classes.main}>
        {children}
      </main>
    </div>
  );
}
