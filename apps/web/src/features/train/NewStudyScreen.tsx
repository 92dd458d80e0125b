/** @file A new study: which models to choose from, within how much time. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import type { TrainableModelsView } from '@tintype/contracts/api';
import { prunerKinds, samplerKinds, tuneMetrics } from '@tintype/contracts/tune';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { toProblem } from '../../api/problem.ts';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useAddJob } from '../../components/use-jobs.ts';
import { useWorkspace } from '../../components/use-workspace.ts';
import { Waiting } from '../../components/Waiting.tsx';
import screen from '../../shell/Screen.module.css';
import { BackLink } from './BackLink.tsx';
import { DatasetField } from './DraftFields.tsx';
import classes from './Form.module.css';
import { trainPaths } from './paths.ts';
import { shortName } from './run-words.ts';
import { budgets, listWords, readStudyDraft, type StudyDraft, usualStudy } from './study-draft.ts';
import { metricWords } from './study-words.ts';
import train from './Train.module.css';
import { useTrainableModels } from './use-train.ts';

export function NewStudyScreen() {
  const { data, error, refetch } = useTrainableModels();
  return (
    <div className={screen.screen}>
      <div className={train.top}>
        <BackLink to={trainPaths.studies} label="Studies" />
        <div className={train.title}>
          <h1>Start a tuning</h1>
        </div>
        <p className={train.dim}>
          It tries settings one after the other, learns where good ones lie, ends early what falls behind, and registers
          the best. The test split is looked at once, for the winner.
        </p>
      </div>
      {error && !data ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data && <Waiting what="what can be tuned here" height={420} />}
      {data && <Form view={data} />}
    </div>
  );
}

function Form({ view }: { view: TrainableModelsView }) {
  const { data: workspace } = useWorkspace();
  const [draft, setDraft] = useState<StudyDraft>(() => usualStudy(view));
  const [isTried, setTried] = useState(false);
  const [, navigate] = useLocation();
  const add = useAddJob();
  const datasets = workspace?.datasets ?? [];
  const dataset = draft.dataset ?? (datasets.length > 1 ? datasets[0]?.name : undefined);
  const { options, errors } = readStudyDraft({ ...draft, dataset });
  const server = Object.fromEntries(
    (toProblem(add.error).errors ?? []).map(({ pointer, message }) => [pointer.split('/')[2] ?? '', message]),
  );
  const shown: Record<string, string> = { ...(isTried ? errors : {}), ...server };
  const change = (next: Partial<StudyDraft>): void => {
    add.reset();
    setDraft((before) => ({ ...before, ...next }));
  };
  return (
    <form
      className={train.columns}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(errors).length > 0) return;
        add.mutate({ kind: 'tune', input: options }, { onSuccess: (job) => navigate(trainPaths.job(job.id)) });
      }}
    >
      <div className={train.column}>
        <Models view={view} draft={draft} error={shown.models} onChange={change} />
        <details className={`${train.card} ${classes.advanced}`}>
          <summary>
            All settings<span>as usual</span>
          </summary>
          <div className={classes.group}>
            <div className={classes.grid}>
              <TextInput
                label="Name"
                description="By default the dataset's with a number"
                value={draft.study}
                error={shown.study}
                onChange={(event) => change({ study: event.currentTarget.value })}
              />
              <TextInput
                label="Trials at once"
                description="The processors are divided among them"
                inputMode="numeric"
                placeholder="1"
                value={draft.jobs}
                error={shown.jobs}
                onChange={(event) => change({ jobs: event.currentTarget.value })}
              />
              <TextInput
                label="Trials at most"
                description="Ends before the time does"
                inputMode="numeric"
                placeholder="as many as there is time for"
                value={draft.trials}
                error={shown.trials}
                onChange={(event) => change({ trials: event.currentTarget.value })}
              />
              <NativeSelect
                label="Sampler"
                description="tpe learns where good settings lie; random is its control"
                value={draft.sampler}
                onChange={(event) => change({ sampler: event.currentTarget.value as StudyDraft['sampler'] })}
                data={[...samplerKinds]}
              />
              <NativeSelect
                label="Pruner"
                description="asha ends early what falls behind"
                value={draft.pruner}
                onChange={(event) => change({ pruner: event.currentTarget.value as StudyDraft['pruner'] })}
                data={[...prunerKinds]}
              />
              <TextInput
                label="Seed"
                description="Equal seeds give equal trials"
                inputMode="numeric"
                placeholder="1"
                value={draft.seed}
                error={shown.seed}
                onChange={(event) => change({ seed: event.currentTarget.value })}
              />
              <TextInput
                label="Classes to leave out"
                description="Names, with commas between them"
                value={draft.without}
                error={shown.without}
                onChange={(event) => change({ without: event.currentTarget.value })}
              />
              <TextInput
                label="Gates"
                description="What every picture must pass once the winner serves"
                placeholder="min-size=64, unknown=0.99"
                value={draft.gates}
                error={shown.gates}
                onChange={(event) => change({ gates: event.currentTarget.value })}
              />
            </div>
          </div>
        </details>
      </div>
      <div className={classes.side}>
        <section className={train.card} aria-label="Before it begins">
          <div className={classes.summary}>
            <h2>{draft.study.trim() === '' ? 'A new study' : draft.study}</h2>
            <div>
              <div className={classes.time}>{budgets.find(({ value }) => value === draft.budget)?.label}</div>
              <p className={classes.dim}>
                {draft.words.length === 0
                  ? 'Choose a model to search.'
                  : `to choose among ${draft.words.map(shortName).join(', ')}, each with its settings.`}
              </p>
            </div>
            <DatasetField datasets={datasets} value={dataset} onChange={(name) => change({ dataset: name })} />
            <NativeSelect
              label="Time for all of it"
              description="Features, trials and the winner's training"
              value={draft.budget}
              onChange={(event) => change({ budget: event.currentTarget.value })}
              data={budgets.map(({ value, label }) => ({ value, label }))}
            />
            <NativeSelect
              label="What is to be large"
              description="Balanced accuracy counts every class the same"
              value={draft.metric}
              onChange={(event) => change({ metric: event.currentTarget.value as StudyDraft['metric'] })}
              data={tuneMetrics.map((metric) => ({ value: metric, label: metricWords[metric] }))}
            />
            {add.isError && Object.keys(server).length === 0 && <ProblemNotice error={add.error} />}
            <Button type="submit" fullWidth size="md" loading={add.isPending}>
              Start the tuning
            </Button>
          </div>
        </section>
      </div>
    </form>
  );
}

interface ModelsProps {
  view: TrainableModelsView;
  draft: StudyDraft;
  error: string | undefined;
  onChange: (next: Partial<StudyDraft>) => void;
}

function Models({ view, draft, error, onChange }: ModelsProps) {
  const toggle = (word: string): void =>
    onChange({
      words: draft.words.includes(word) ? draft.words.filter((one) => one !== word) : [...draft.words, word],
    });
  return (
    <section className={train.card}>
      <fieldset className={classes.models}>
        <legend>Models to choose from</legend>
        {listWords(view).map(({ word, name, words }) => (
          <label key={word} className={classes.model}>
            <input type="checkbox" checked={draft.words.includes(word)} onChange={() => toggle(word)} />
            <span className={classes.name}>{name}</span>
            <p className={classes.words}>{words}</p>
          </label>
        ))}
      </fieldset>
      <div className={classes.group}>
        <TextInput
          label="Others"
          description="Files of the server or hub:ORG/REPO, with commas between them; +all fine-tunes: model.onnx+all"
          value={draft.others}
          error={error}
          onChange={(event) => onChange({ others: event.currentTarget.value })}
        />
      </div>
    </section>
  );
}
