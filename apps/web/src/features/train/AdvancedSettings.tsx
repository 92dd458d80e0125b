/** @file Every other setting, folded: what is left empty is what the field shows, which is right for most. */
import { NativeSelect, TextInput } from '@mantine/core';
import type { TrainableModel } from '@tintype/contracts/api';
import { useMemo } from 'react';
import classes from './Form.module.css';
import train from './Train.module.css';
import { type FieldValue, listFields, readDraft, type TrainingDraft } from './training-draft.ts';
import { type Field, type FieldGroup, fieldGroups, formatSetting } from './training-fields.ts';
import { useEstimate } from './use-estimates.ts';

export interface AdvancedSettingsProps {
  model: TrainableModel;
  draft: TrainingDraft;
  errors: Readonly<Record<string, string>>;
  /** Whether it begins unfolded. */
  isOpen: boolean;
  onChange: (name: string, value: FieldValue) => void;
}

export function AdvancedSettings({ model, draft, errors, isOpen, onChange }: AdvancedSettingsProps) {
  const fields = listFields(model, draft);
  const groups = (Object.keys(fieldGroups) as FieldGroup[]).filter((group) =>
    fields.some((field) => field.group === group),
  );
  const changed = fields.filter(({ name }) => isGiven(draft.values[name])).length;
  const usual = useUsual(model, draft);
  return (
    <details className={`${train.card} ${classes.advanced}`} open={isOpen}>
      <summary>
        All settings<span>{changed === 0 ? 'as usual' : `${changed} changed`}</span>
      </summary>
      {groups.map((group) => (
        <div key={group} className={classes.group}>
          <h3>{fieldGroups[group]}</h3>
          <div className={classes.grid}>
            {fields
              .filter((field) => field.group === group)
              .map((field) => (
                <SettingField
                  key={field.name}
                  field={field}
                  value={draft.values[field.name]}
                  usual={usual[field.name]}
                  error={errors[field.name]}
                  onChange={(value) => onChange(field.name, value)}
                />
              ))}
          </div>
        </div>
      ))}
    </details>
  );
}

/** Inputs stand in a row, however long what is said of them. */
export const fieldOrder: ('label' | 'input' | 'error' | 'description')[] = ['label', 'input', 'error', 'description'];

const isGiven = (value: FieldValue | undefined): boolean => value !== undefined && value !== '';

/** What is taken where nobody says: of the model as it is measured, and of the schema. */
function useUsual(model: TrainableModel, draft: TrainingDraft): Readonly<Record<string, unknown>> {
  const bare = useMemo(() => readDraft({ ...draft, values: {} }, model), [draft, model]);
  const isSound = Object.keys(bare.errors).length === 0;
  const { data } = useEstimate(isSound ? bare.options : undefined, isSound);
  return { head: model.options.head, seed: 1, classWeights: 'none', ...data?.network?.settings };
}

interface SettingFieldProps {
  field: Field;
  value: FieldValue | undefined;
  usual: unknown;
  error: string | undefined;
  onChange: (value: FieldValue) => void;
}

function SettingField({ field: { label, help, kind, choices }, value, usual, error, onChange }: SettingFieldProps) {
  const known = usual === undefined ? '' : formatSetting(usual);
  if (kind === 'choice' || kind === 'switch') {
    const offered = kind === 'switch' ? ['true', 'false'] : (choices ?? []);
    return (
      <NativeSelect
        label={label}
        description={help}
        inputWrapperOrder={fieldOrder}
        error={error}
        value={value === undefined ? '' : String(value)}
        onChange={(event) => onChange(event.currentTarget.value)}
        data={[
          { value: '', label: known === '' ? 'as usual' : `as usual: ${known}` },
          ...offered.map((choice) => ({
            value: choice,
            label: kind === 'switch' ? (choice === 'true' ? 'yes' : 'no') : choice,
          })),
        ]}
      />
    );
  }
  return (
    <TextInput
      label={label}
      description={help}
      inputWrapperOrder={fieldOrder}
      error={error}
      inputMode={kind === 'whole' ? 'numeric' : kind === 'decimal' ? 'decimal' : 'text'}
      placeholder={known}
      value={value === undefined ? '' : String(value)}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
