/** @file Models: what is registered, how good it is, what was live when. */
import type { RegisteredModel } from '@tintype/contracts/registry';
import { Command } from '../../components/Command.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCounted } from '../../components/format.ts';
import { ModelsIcon } from '../../components/icons.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useWorkspace } from '../../components/use-workspace.ts';
import { Waiting } from '../../components/Waiting.tsx';
import { trainCommands } from '../../shell/health.ts';
import screen from '../../shell/Screen.module.css';
import { AliasHistory } from './AliasHistory.tsx';
import classes from './ModelsScreen.module.css';
import { useModels } from './use-registry.ts';
import { VersionTable } from './VersionTable.tsx';

export function ModelsScreen() {
  const { data, error, isPending, refetch } = useModels();
  return (
    <div className={screen.screen}>
      <h1>Models</h1>
      {isPending ? <Waiting what="the models" height={260} /> : null}
      {error && !data ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {data?.items.length === 0 && <NoModels />}
      {data?.items.map((model) => (
        <Model key={model.name} model={model} />
      ))}
    </div>
  );
}

function Model({ model }: { model: RegisteredModel }) {
  return (
    <section className={classes.model} aria-label={`Model ${model.name}`}>
      <div className={classes.head}>
        <h2>{model.name}</h2>
        <span>{formatCounted(model.versions.length, 'version')}</span>
      </div>
      <VersionTable model={model} />
      <AliasHistory model={model.name} />
    </section>
  );
}

function NoModels() {
  const { data: workspace } = useWorkspace();
  const hasPictures = workspace?.datasets.some((dataset) => dataset.samples > 0) ?? false;
  return (
    <EmptyState icon={<ModelsIcon size={26} />} title="No model yet">
      <p>
        {hasPictures
          ? 'The pictures are there; train a first model on them.'
          : 'Bring in labeled pictures, then train a first model.'}
      </p>
      {trainCommands.slice(hasPictures ? 1 : 0).map((line) => (
        <Command key={line} line={line} />
      ))}
    </EmptyState>
  );
}
