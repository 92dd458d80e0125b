/** @file The few things that a training has to be told: which pictures, and whose weights. */
import { NativeSelect, TextInput } from '@mantine/core';
import type { WorkspaceView } from '@tintype/contracts/api';
import { formatCounted } from '../../components/format.ts';
import { shortName } from './run-words.ts';

export interface DatasetFieldProps {
  datasets: WorkspaceView['datasets'];
  value: string | undefined;
  onChange: (name: string) => void;
}

/** Only where there is a choice. */
export function DatasetField({ datasets, value, onChange }: DatasetFieldProps) {
  if (datasets.length < 2) return null;
  return (
    <NativeSelect
      label="Pictures of"
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={datasets.map(({ name, samples, unlabeled }) => ({
        value: name,
        label: `${name} (${formatCounted(samples - unlabeled, 'labeled picture')})`,
      }))}
    />
  );
}

export interface NamedFieldProps {
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

export function BackboneField({ value, error, onChange, known }: NamedFieldProps & { known: readonly string[] }) {
  return (
    <>
      <TextInput
        label="Backbone"
        description="An .onnx file of the server, from the workspace's folder on, or hub:ORG/REPO"
        placeholder="hub:onnx-community/dinov2-small"
        list="backbones"
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <datalist id="backbones">
        {known.map((name) => (
          <option key={name} value={name}>
            {shortName(name)}
          </option>
        ))}
      </datalist>
    </>
  );
}

export function WeightsField({ value, error, onChange }: NamedFieldProps) {
  return (
    <TextInput
      label="Trained weights"
      description="In Hugging Face's layout: hub:ORG/REPO or a folder of the server. Left empty it begins from nothing."
      placeholder="hub:google/vit-base-patch16-224"
      value={value}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
