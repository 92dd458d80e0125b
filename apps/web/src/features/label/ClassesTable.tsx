/** @file The classes themselves: add, rename, merge, order, choose keys; labels follow, and every change can be undone. */
import { ActionIcon, Button, NativeSelect, Popover, TextInput, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { classNameSchema } from '@tintype/contracts/ids';
import type { ClassChange } from '@tintype/contracts/label';
import { type FormEvent, useState } from 'react';
import { changeClasses } from '../../api/label.ts';
import { toProblem } from '../../api/problem.ts';
import { ClassGlyph } from '../../components/ClassMark.tsx';
import type { KeyedClass } from '../../components/class-keys.ts';
import { formatCount, formatCounted } from '../../components/format.ts';
import { DownIcon, TrashIcon, UpIcon } from '../../components/icons.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useUndo } from '../../components/undo.tsx';
import { classesKey, useClasses } from '../../components/use-classes.ts';
import { useWorkspace, workspaceKey } from '../../components/use-workspace.ts';
import { Waiting } from '../../components/Waiting.tsx';
import classes from './ClassesTable.module.css';
import { describeChange } from './describe-change.ts';
import { labelKey } from './use-next.ts';

export function ClassesTable() {
  const { classes: keyed, isPending, error } = useClasses();
  const { change, isPending: isChanging } = useChangeClasses();
  const counts = useCounts();
  const names = keyed.map(({ name }) => name);
  const move = (name: string, by: 1 | -1): void => {
    const from = names.indexOf(name);
    const order = names.toSpliced(from, 1).toSpliced(from + by, 0, name);
    change({ kind: 'reorder', names: order });
  };
  if (error) return <ProblemNotice error={error} />;
  return (
    <div className={classes.scroller}>
      <div className={classes.column}>
        <p className={classes.lead}>
          Labels follow their class: renaming and merging lose none, and are undone whole. Models keep the names they
          were trained with.
        </p>
        <AddClass names={names} onAdd={(name) => change({ kind: 'add', name })} />
        {isPending ? (
          <Waiting what="the classes" height={220} />
        ) : (
          <ol className={classes.list} aria-label="Classes" aria-busy={isChanging}>
            {keyed.map((one, position) => (
              <ClassRow
                key={one.name}
                entry={one}
                count={counts.get(one.name) ?? 0}
                others={names.filter((name) => name !== one.name)}
                isFirst={position === 0}
                isLast={position === keyed.length - 1}
                onChange={change}
                onMove={(by) => move(one.name, by)}
              />
            ))}
          </ol>
        )}
        {!isPending && keyed.length === 0 && <p className={classes.lead}>There are no classes yet. Add the first.</p>}
      </div>
    </div>
  );
}

/** Pictures of each class over all datasets. */
function useCounts(): ReadonlyMap<string, number> {
  const { data } = useWorkspace();
  const counts = new Map<string, number>();
  for (const dataset of data?.datasets ?? [])
    for (const { name, samples } of dataset.classes) counts.set(name, (counts.get(name) ?? 0) + samples);
  return counts;
}

function useChangeClasses(): { change: (change: ClassChange) => void; isPending: boolean } {
  const client = useQueryClient();
  const undo = useUndo();
  const refresh = (): Promise<unknown> =>
    Promise.all(
      [classesKey, workspaceKey, labelKey, ['samples'], ['sample']].map((queryKey) =>
        client.invalidateQueries({ queryKey: [...queryKey] }),
      ),
    );
  const { mutate, isPending } = useMutation({
    mutationFn: changeClasses,
    onSuccess(event) {
      void refresh();
      undo.push({
        label: describeChange(event),
        undo: async () => {
          await changeClasses({ kind: 'undo', change: event.id });
          await refresh();
        },
      });
    },
    onError(error) {
      const { title, detail, hint } = toProblem(error);
      notifications.show({ color: 'red', title, message: `${detail} ${hint}`, autoClose: 10_000 });
    },
  });
  return { change: mutate, isPending };
}

function AddClass({ names, onAdd }: { names: readonly string[]; onAdd: (name: string) => void }) {
  const [text, setText] = useState('');
  const parsed = classNameSchema.safeParse(text);
  const isTaken = parsed.success && names.includes(parsed.data);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!parsed.success || isTaken) return;
    onAdd(parsed.data);
    setText('');
  };
  return (
    <form className={classes.add} onSubmit={submit}>
      <TextInput
        aria-label="New class"
        placeholder="New class"
        maxLength={100}
        value={text}
        error={isTaken ? 'There is such a class already' : null}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" disabled={!parsed.success || isTaken}>
        Add
      </Button>
    </form>
  );
}

interface ClassRowProps {
  entry: KeyedClass;
  count: number;
  others: readonly string[];
  isFirst: boolean;
  isLast: boolean;
  onChange: (change: ClassChange) => void;
  onMove: (by: 1 | -1) => void;
}

function ClassRow({ entry: { name, key, isChosen }, count, others, isFirst, isLast, onChange, onMove }: ClassRowProps) {
  return (
    <li className={classes.row}>
      <span className={classes.moves}>
        <ActionIcon size="sm" aria-label={`Move ${name} up`} disabled={isFirst} onClick={() => onMove(-1)}>
          <UpIcon size={16} />
        </ActionIcon>
        <ActionIcon size="sm" aria-label={`Move ${name} down`} disabled={isLast} onClick={() => onMove(1)}>
          <DownIcon size={16} />
        </ActionIcon>
      </span>
      <KeyField
        name={name}
        shown={key}
        isChosen={isChosen}
        onChange={(next) => onChange({ kind: 'setKey', name, key: next })}
      />
      <ClassGlyph className={name} />
      <NameField name={name} onRename={(to) => onChange({ kind: 'rename', name, to })} />
      <span className={classes.count}>{formatCounted(count, 'picture')}</span>
      <MergeMenu
        name={name}
        count={count}
        others={others}
        onMerge={(into) => onChange({ kind: 'merge', name, into })}
      />
      <Tooltip label={count > 0 ? 'Only a class without pictures can be removed' : 'Remove'}>
        <ActionIcon
          aria-label={`Remove ${name}`}
          aria-disabled={count > 0}
          onClick={() => count === 0 && onChange({ kind: 'remove', name })}
        >
          <TrashIcon size={18} />
        </ActionIcon>
      </Tooltip>
    </li>
  );
}

interface KeyFieldProps {
  name: string;
  shown: string | null;
  isChosen: boolean;
  onChange: (key: string | null) => void;
}

/** One character; emptied, the class takes the first free key again. */
function KeyField({ name, shown, isChosen, onChange }: KeyFieldProps) {
  return (
    <TextInput
      className={classes.key}
      size="xs"
      aria-label={`Key of ${name}`}
      data-chosen={isChosen || undefined}
      value={shown?.toUpperCase() ?? ''}
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => {
        const typed = event.currentTarget.value
          .toLowerCase()
          .replace(shown ?? '', '')
          .slice(-1);
        if (/^[0-9a-z]$/.test(typed)) onChange(typed);
        else if (event.currentTarget.value === '' && isChosen) onChange(null);
      }}
    />
  );
}

/** Renames on Enter or when the field is left; Escape leaves it as it was. */
function NameField({ name, onRename }: { name: string; onRename: (to: string) => void }) {
  const [draft, setDraft] = useState<string>();
  const settle = (): void => {
    const parsed = classNameSchema.safeParse(draft);
    setDraft(undefined);
    if (parsed.success && parsed.data !== name) onRename(parsed.data);
  };
  return (
    <TextInput
      className={classes.name}
      variant="unstyled"
      aria-label={`Name of ${name}`}
      maxLength={100}
      value={draft ?? name}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={() => draft !== undefined && settle()}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur();
        if (event.key === 'Escape') setDraft(undefined);
      }}
    />
  );
}

interface MergeMenuProps {
  name: string;
  count: number;
  others: readonly string[];
  onMerge: (into: string) => void;
}

function MergeMenu({ name, count, others, onMerge }: MergeMenuProps) {
  const [into, setInto] = useState('');
  const chosen = others.includes(into) ? into : '';
  return (
    <Popover position="bottom-end" width={280} shadow="md" withArrow trapFocus>
      <Popover.Target>
        <Button variant="subtle" color="gray" size="compact-sm" disabled={others.length === 0}>
          Merge
        </Button>
      </Popover.Target>
      <Popover.Dropdown className={classes.merge}>
        <NativeSelect
          label={`Merge ${name} into`}
          value={chosen}
          onChange={(event) => setInto(event.currentTarget.value)}
          data={[{ value: '', label: 'Choose a class' }, ...others]}
        />
        <Button fullWidth disabled={chosen === ''} onClick={() => onMerge(chosen)}>
          Merge {formatCount(count)} {count === 1 ? 'picture' : 'pictures'}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
