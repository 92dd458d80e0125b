/** @file A new training: which model, on which pictures, how long it takes, and every setting for those who want it. */
import { Button } from '@mantine/core';
import type { TrainableModel, TrainableModelsView } from '@tintype/contracts/api';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { toProblem } from '../../api/problem.ts';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useAddJob } from '../../components/use-jobs.ts';
import { useWorkspace } from '../../components/use-workspace.ts';
import { Waiting } from '../../components/Waiting.tsx';
import screen from '../../shell/Screen.module.css';
import { AdvancedSettings } from './AdvancedSettings.tsx';
import { BackLink } from './BackLink.tsx';
import { BackboneField, DatasetField, WeightsField } from './DraftFields.tsx';
import classes from './Form.module.css';
import { ModelTable } from './ModelTable.tsx';
import { trainPaths } from './paths.ts';
import train from './Train.module.css';
import { TrainSummary } from './TrainSummary.tsx';
import { draftOfRun, readDraft, type TrainingDraft } from './training-draft.ts';
import { useRun, useTrainableModels } from './use-train.ts';

export function NewRunScreen() {
  const [search] = useSearchParams();
  const from = search.get('from');
  const { data, error, refetch } = useTrainableModels();
  return (
    <div className={screen.screen}>
      <div className={train.top}>
        <BackLink to={trainPaths.runs} label="Runs" />
        <div className={train.title}>
          <h1>{from === null ? 'Start a training' : 'Train again, changed'}</h1>
        </div>
      </div>
      {error && !data ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data && <Waiting what="the models that can be trained here" height={520} />}
      {data && from === null && <Form view={data} start={firstDraft(data)} />}
      {data && from !== null && <FormOfRun view={data} run={from} />}
    </div>
  );
}

/** What was trained on before is the better start; without it, what needs nothing. */
function firstDraft({ items, backbones }: TrainableModelsView): TrainingDraft {
  const model = items.find(({ needsBackbone }) => needsBackbone === backbones.length > 0) ?? items[0];
  return { modelId: model?.id ?? '', dataset: undefined, backbone: backbones[0] ?? '', weights: '', values: {} };
}

function FormOfRun({ view, run }: { view: TrainableModelsView; run: string }) {
  const { data, error } = useRun(run);
  if (error && !data) return <ProblemNotice error={error} />;
  if (!data) return <Waiting what="the models that can be trained here" height={520} />;
  return <Form view={view} start={draftOfRun(data.run.options, view.items)} />;
}

function Form({ view, start }: { view: TrainableModelsView; start: TrainingDraft }) {
  const { data: workspace } = useWorkspace();
  const [draft, setDraft] = useState(start);
  const [isTried, setTried] = useState(false);
  const [, navigate] = useLocation();
  const add = useAddJob();
  const model = (view.items.find(({ id }) => id === draft.modelId) ?? view.items[0]) as TrainableModel;
  const datasets = workspace?.datasets ?? [];
  const whole = { ...draft, dataset: draft.dataset ?? (datasets.length > 1 ? largestOf(datasets) : undefined) };
  const { options, errors } = readDraft(whole, model);
  const shownErrors = { ...(isTried ? errors : withoutMissing(errors, draft)), ...serverErrors(add.error) };
  const change = (next: Partial<TrainingDraft>): void => {
    add.reset();
    setDraft((before) => ({ ...before, ...next }));
  };

  const submit = (): void => {
    setTried(true);
    if (Object.keys(errors).length > 0) return;
    add.mutate({ kind: 'train', input: options }, { onSuccess: (job) => navigate(trainPaths.job(job.id)) });
  };
  const isNamed = (name: string): boolean => name in shownErrors;
  return (
    <form
      className={train.columns}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className={train.column}>
        <ModelTable view={view} draft={whole} onChoose={(modelId) => change({ modelId })} />
        <AdvancedSettings
          model={model}
          draft={whole}
          errors={shownErrors}
          isOpen={
            Object.keys(start.values).length > 0 ||
            Object.keys(shownErrors).some((name) => name !== 'backbone' && isNamed(name))
          }
          onChange={(name, value) => change({ values: { ...draft.values, [name]: value } })}
        />
      </div>
      <div className={classes.side}>
        <TrainSummary
          model={model}
          options={options}
          isSound={Object.keys(errors).length === 0}
          needsBackbone={model.needsBackbone && draft.backbone.trim() === ''}
          fields={
            <>
              <DatasetField datasets={datasets} value={whole.dataset} onChange={(dataset) => change({ dataset })} />
              {model.needsBackbone && (
                <BackboneField
                  value={draft.backbone}
                  known={view.backbones}
                  error={shownErrors.backbone}
                  onChange={(backbone) => change({ backbone })}
                />
              )}
              {model.id.startsWith('vit-') && (
                <WeightsField
                  value={draft.weights}
                  error={shownErrors.weights}
                  onChange={(weights) => change({ weights })}
                />
              )}
            </>
          }
        >
          {add.isError && Object.keys(serverErrors(add.error)).length === 0 && <ProblemNotice error={add.error} />}
          <Button type="submit" fullWidth size="md" loading={add.isPending}>
            Start the training
          </Button>
        </TrainSummary>
      </div>
    </form>
  );
}

const largestOf = (datasets: readonly { name: string; samples: number; unlabeled: number }[]): string | undefined =>
  [...datasets].sort((a, b) => b.samples - b.unlabeled - (a.samples - a.unlabeled))[0]?.name;

/** What is still empty is not called wrong before somebody tried to start. */
function withoutMissing(errors: Record<string, string>, { backbone }: TrainingDraft): Record<string, string> {
  if (backbone.trim() !== '') return errors;
  const { backbone: _, ...rest } = errors;
  return rest;
}

/** `/input/learningRate` -> learningRate. */
function serverErrors(error: unknown): Record<string, string> {
  if (!error) return {};
  return Object.fromEntries(
    (toProblem(error).errors ?? []).map(({ pointer, message }) => [pointer.split('/')[2] ?? '', message]),
  );
}
