/** @file What can be trained, one a row, in plain words, with the time that it would take here. */
import type { TrainableModel, TrainableModelsView } from '@tintype/contracts/api';
import { formatSpan } from '../../components/format.ts';
import classes from './Form.module.css';
import train from './Train.module.css';
import { readDraft, type TrainingDraft } from './training-draft.ts';
import { useEstimate, useMeasureAll } from './use-estimates.ts';

export interface ModelTableProps {
  view: TrainableModelsView;
  draft: TrainingDraft;
  onChoose: (id: string) => void;
}

const familyWords: Record<TrainableModel['family'], string> = {
  classical: 'needs no weights',
  frozen: 'on weights of others',
  'fine-tuned': 'on weights of others',
  'from scratch': 'from nothing',
};

/** A step of a larger one takes so long that it is measured only when it is chosen. */
const mostParameters = 12_000_000;

export function ModelTable({ view, draft, onChoose }: ModelTableProps) {
  const rows = view.items.map((model) => ({ model, options: usualOptions(model, draft) }));
  useMeasureAll(
    rows.flatMap(({ model, options }) => (options && (model.parameters ?? 0) <= mostParameters ? [options] : [])),
  );
  return (
    <section className={train.card}>
      <fieldset className={classes.models}>
        <legend>Which model</legend>
        {rows.map(({ model, options }) => (
          <label key={model.id} className={classes.model}>
            <input
              type="radio"
              name="model"
              value={model.id}
              checked={model.id === draft.modelId}
              onChange={() => onChoose(model.id)}
            />
            <span>
              <span className={classes.name}>{model.name}</span>
              <span className={classes.family}>{familyWords[model.family]}</span>
            </span>
            <Span options={options} isLarge={(model.parameters ?? 0) > mostParameters} />
            <p className={classes.words}>{model.words}</p>
          </label>
        ))}
      </fieldset>
    </section>
  );
}

/** Of the row, whatever the settings below say; undefined where it still needs something. */
function usualOptions(model: TrainableModel, { dataset, backbone }: TrainingDraft): object | undefined {
  const { options, errors } = readDraft({ modelId: model.id, dataset, backbone, weights: '', values: {} }, model);
  return Object.keys(errors).length === 0 ? options : undefined;
}

function Span({ options, isLarge }: { options: object | undefined; isLarge: boolean }) {
  const { data, error } = useEstimate(options, false);
  if (data)
    return (
      <span className={classes.span} data-known>
        about {formatSpan(data.preparationMs + data.trainingMs)}
      </span>
    );
  if (!options) return <span className={classes.span}>needs a backbone</span>;
  if (error) return <span className={classes.span}>not known</span>;
  return <span className={classes.span}>{isLarge ? 'measured when chosen' : 'measuring…'}</span>;
}
