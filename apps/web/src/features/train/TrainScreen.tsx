/** @file Train: runs, one run, several side by side, a new one; studies, one study, a new one. */
import { Route, Switch } from 'wouter';
import { NotFound } from '../../shell/NotFound.tsx';
import { CompareScreen } from './CompareScreen.tsx';
import { JobScreen } from './JobScreen.tsx';
import { NewRunScreen } from './NewRunScreen.tsx';
import { NewStudyScreen } from './NewStudyScreen.tsx';
import { RunScreen } from './RunScreen.tsx';
import { RunsScreen } from './RunsScreen.tsx';
import { StudiesScreen } from './StudiesScreen.tsx';
import { StudyScreen } from './StudyScreen.tsx';

export function TrainScreen() {
  return (
    <Switch>
      <Route path="/train" component={RunsScreen} />
      <Route path="/train/new" component={NewRunScreen} />
      <Route path="/train/compare" component={CompareScreen} />
      <Route path="/train/runs/:id">{({ id }) => <RunScreen key={id} id={decodeURIComponent(id)} />}</Route>
      <Route path="/train/jobs/:id">{({ id }) => <JobScreen key={id} id={decodeURIComponent(id)} />}</Route>
      <Route path="/train/studies" component={StudiesScreen} />
      <Route path="/train/tune" component={NewStudyScreen} />
      <Route path="/train/studies/:name">
        {({ name }) => <StudyScreen key={name} name={decodeURIComponent(name)} />}
      </Route>
      <Route component={NotFound} />
    </Switch>
  );
}
