/** @file What to give pictures, one or many: a class, a tag or a group. */
import { SegmentedControl } from '@mantine/core';
import type { SampleKey } from '@tintype/contracts/catalog';
import { useState } from 'react';
import { ClassPicker } from '../../components/ClassPicker.tsx';
import { PickOrAdd } from './PickOrAdd.tsx';
import { useCuration } from './use-curation.ts';
import { useLabelSamples } from './use-label-samples.ts';
import { useChoices } from './use-views.ts';

export type Pickable = 'label' | 'tag' | 'group';

export interface PickForProps {
  what: Pickable;
  samples: readonly SampleKey[];
  onDone: () => void;
}

export function PickFor({ what, samples, onDone }: PickForProps) {
  const { data: choices } = useChoices();
  const { group } = useCuration();
  const ids = samples.map(({ id }) => id);
  if (what === 'label') return <PickClass samples={samples} onDone={onDone} />;
  if (what === 'tag') return <PickTag samples={samples} onDone={onDone} />;
  const regroup = (name: string | null): void => {
    void group(ids, name);
    onDone();
  };
  return (
    <PickOrAdd
      label="Group"
      placeholder="Group: no split divides it"
      choices={choices?.groups ?? []}
      addLabel={(name) => `New group “${name}”`}
      onPick={regroup}
      none={{ label: 'In no group', onPick: () => regroup(null) }}
    />
  );
}

/** A tag is one of many, so it can also be taken off alone. */
function PickTag({ samples, onDone }: Omit<PickForProps, 'what'>) {
  const [to, setTo] = useState<'tag' | 'untag'>('tag');
  const { data: choices } = useChoices();
  const { tag } = useCuration();
  return (
    <>
      <SegmentedControl
        fullWidth
        size="xs"
        mb={8}
        aria-label="What to do with the tag"
        value={to}
        onChange={(value) => setTo(value as typeof to)}
        data={[
          { value: 'tag', label: 'Give' },
          { value: 'untag', label: 'Take off' },
        ]}
      />
      <PickOrAdd
        label="Tag"
        placeholder="Tag"
        choices={choices?.tags ?? []}
        addLabel={to === 'tag' ? (name) => `New tag “${name}”` : undefined}
        onPick={(name) => {
          void tag(
            samples.map(({ id }) => id),
            name,
            to,
          );
          onDone();
        }}
      />
    </>
  );
}

function PickClass({ samples, onDone }: Omit<PickForProps, 'what'>) {
  const label = useLabelSamples();
  const [one, ...others] = samples;
  const pick = (className: string | null): void => {
    label(samples, className);
    onDone();
  };
  return (
    <ClassPicker
      hasNone
      onPick={pick}
      onCancel={onDone}
      {...(one && others.length === 0 ? { current: one.className } : {})}
    />
  );
}
