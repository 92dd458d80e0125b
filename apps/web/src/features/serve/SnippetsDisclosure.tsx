/** @file "Ask from your own code": closed until somebody wants it, and loaded only then. */
import { Skeleton } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useSession } from '../access/use-session.ts';
import classes from './Snippets.module.css';

const Snippets = lazy(() => import('./Snippets.tsx').then((module) => ({ default: module.Snippets })));

export function SnippetsDisclosure() {
  const [isOpen, setIsOpen] = useState(false);
  const { data: session } = useSession();
  return (
    <details className={classes.disclosure} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Ask from your own code</summary>
      {isOpen && (
        <div className={classes.content}>
          <Suspense fallback={<Skeleton height={280} />}>
            <Snippets server={window.location.origin} needsToken={session?.isRequired ?? false} />
          </Suspense>
        </div>
      )}
    </details>
  );
}
