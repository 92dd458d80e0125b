/** @file Shows the page to whom the server knows, and to others the way in. */
import { lazy, type ReactNode, Suspense } from 'react';
import { useLocation } from 'wouter';
import { Boundary } from '../../components/Boundary.tsx';
import { useSession } from './use-session.ts';

const LoginScreen = lazy(() => import('./LoginScreen.tsx').then((module) => ({ default: module.LoginScreen })));
const JoinScreen = lazy(() => import('./JoinScreen.tsx').then((module) => ({ default: module.JoinScreen })));

/** As long as the server has not said otherwise the page is shown: its screens have places for answers that are on their way. */
export function AccessGate({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  const { data } = useSession();
  const isKept = data !== undefined && data.isRequired && data.identity === null;
  if (path !== '/join' && !isKept) return children;
  return (
    <Boundary resetKey={path}>
      <Suspense fallback={null}>
        {path === '/join' ? <JoinScreen /> : <LoginScreen hasAdmin={data?.hasAdmin ?? true} />}
      </Suspense>
    </Boundary>
  );
}
