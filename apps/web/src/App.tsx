/** @file The providers around every screen, and which address shows which screen. */
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import { queryClient } from './api/query-client.ts';
import { Boundary } from './components/Boundary.tsx';
import { UndoProvider } from './components/undo.tsx';
import { AccessGate } from './features/access/AccessGate.tsx';
import { PredictionsProvider } from './features/serve/PredictionsProvider.tsx';
import { TryScreen } from './features/serve/TryScreen.tsx';
import { NotFound } from './shell/NotFound.tsx';
import { ScreenSkeleton } from './shell/ScreenSkeleton.tsx';
import { Shell } from './shell/Shell.tsx';
import { motionMs, resolveVariables, theme } from './theme.ts';

const PicturesScreen = lazy(() =>
  import('./features/catalog/PicturesScreen.tsx').then((module) => ({ default: module.PicturesScreen })),
);
const SampleScreen = lazy(() =>
  import('./features/catalog/SampleScreen.tsx').then((module) => ({ default: module.SampleScreen })),
);
const LabelScreen = lazy(() =>
  import('./features/label/LabelScreen.tsx').then((module) => ({ default: module.LabelScreen })),
);
const ExploreScreen = lazy(() =>
  import('./features/explore/ExploreScreen.tsx').then((module) => ({ default: module.ExploreScreen })),
);
const TrainScreen = lazy(() =>
  import('./features/train/TrainScreen.tsx').then((module) => ({ default: module.TrainScreen })),
);
const PeopleScreen = lazy(() =>
  import('./features/people/PeopleScreen.tsx').then((module) => ({ default: module.PeopleScreen })),
);
const BackupsScreen = lazy(() =>
  import('./features/backup/BackupsScreen.tsx').then((module) => ({ default: module.BackupsScreen })),
);
const ModelsScreen = lazy(() =>
  import('./features/registry/ModelsScreen.tsx').then((module) => ({ default: module.ModelsScreen })),
);
const VersionScreen = lazy(() =>
  import('./features/registry/VersionScreen.tsx').then((module) => ({ default: module.VersionScreen })),
);

export function App() {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" cssVariablesResolver={resolveVariables}>
      <QueryClientProvider client={queryClient}>
        <Notifications className="notifications" position="bottom-center" transitionDuration={motionMs} limit={3} />
        <AccessGate>
          <PredictionsProvider>
            <UndoProvider>
              <Shell>
                <ScreenBoundary>
                  <Suspense fallback={<ScreenSkeleton />}>
                    <Switch>
                      <Route path="/" component={TryScreen} />
                      <Route path="/pictures" component={PicturesScreen} />
                      <Route path="/pictures/:id">{({ id }) => <SampleScreen id={id} />}</Route>
                      <Route path="/label/*?" component={LabelScreen} />
                      <Route path="/explore/*?" component={ExploreScreen} />
                      <Route path="/train/*?" component={TrainScreen} />
                      <Route path="/people/*?" component={PeopleScreen} />
                      <Route path="/backups" component={BackupsScreen} />
                      <Route path="/models" component={ModelsScreen} />
                      <Route path="/models/:model/:version/:section?">{(names) => <VersionScreen {...names} />}</Route>
                      <Route component={NotFound} />
                    </Switch>
                  </Suspense>
                </ScreenBoundary>
              </Shell>
            </UndoProvider>
          </PredictionsProvider>
        </AccessGate>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function ScreenBoundary({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  return <Boundary resetKey={path}>{children}</Boundary>;
}
