/** @file Saved views: open one, save what is shown, take one off the list. */
import { Button, Popover, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { View } from '@tintype/contracts/curation';
import { type SyntheticEvent, useState } from 'react';
import { createView, renameView } from '../../api/catalog.ts';
import { toProblem } from '../../api/problem.ts';
import { formatCounted } from '../../components/format.ts';
import { BookmarkIcon, CloseIcon } from '../../components/icons.tsx';
import { useUndo } from '../../components/undo.tsx';
import { isFiltered, type PicturesQuery, picturesPath } from './gallery-filter.ts';
import { showProblem } from './use-curation.ts';
import { useViews, viewsKey } from './use-views.ts';
import classes from './ViewsMenu.module.css';

interface ViewsMenuProps {
  query: PicturesQuery;
  onChange: (query: PicturesQuery) => void;
}

/** A saved query opens as itself, so that its address can be read; a list by its id. */
const queryOf = (view: View): PicturesQuery => view.query ?? { view: view.id };

export function ViewsMenu({ query, onChange }: ViewsMenuProps) {
  const [isOpen, setOpen] = useState(false);
  const { data: views = [] } = useViews();
  const client = useQueryClient();
  const { push } = useUndo();
  const current = views.find((view) => picturesPath(queryOf(view)) === picturesPath(query));
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: viewsKey });
  const rename = async (view: View, name: string | null): Promise<void> => {
    await renameView(view.id, name);
    await refresh();
  };
  const remove = (view: View): void => {
    rename(view, null).then(
      () => push({ label: `View “${view.name}” removed`, undo: () => rename(view, view.name) }),
      showProblem,
    );
  };
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-start" width={300} shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant={current ? 'light' : 'default'}
          leftSection={<BookmarkIcon size={18} />}
          aria-expanded={isOpen}
          className={classes.button}
          onClick={() => setOpen(!isOpen)}
        >
          <span className={classes.current}>{current?.name ?? 'Views'}</span>
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={8}>
        {views.length === 0 ? (
          <p className={classes.empty}>Nothing saved yet. Filter the pictures, then give what you see a name.</p>
        ) : (
          <ul className={classes.list}>
            {views.map((view) => (
              <li key={view.id}>
                <button
                  type="button"
                  className={classes.view}
                  aria-current={view === current || undefined}
                  onClick={() => {
                    onChange(queryOf(view));
                    setOpen(false);
                  }}
                >
                  <span>{view.name}</span>
                  {view.samples !== null && <small>{formatCounted(view.samples, 'picture')}</small>}
                </button>
                <button
                  type="button"
                  className={classes.off}
                  aria-label={`Remove the view ${view.name}`}
                  title="Remove"
                  onClick={() => remove(view)}
                >
                  <CloseIcon size={14} />
                </button>
              </li>
            ))}
          </ul>
        )}
        {current === undefined && (isFiltered(query) || query.sort !== undefined) && (
          <SaveView
            query={query}
            onSaved={(view) => {
              void refresh();
              onChange(queryOf(view));
              setOpen(false);
            }}
          />
        )}
      </Popover.Dropdown>
    </Popover>
  );
}

function SaveView({ query, onSaved }: { query: PicturesQuery; onSaved: (view: View) => void }) {
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  const save = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (name.trim() === '') return;
    createView({ name: name.trim(), query }).then(onSaved, (error: unknown) => setProblem(toProblem(error).detail));
  };
  return (
    <form className={classes.save} onSubmit={save}>
      <TextInput
        data-autofocus
        size="xs"
        aria-label="Name for this view"
        placeholder="Name for what you see"
        maxLength={100}
        error={problem}
        value={name}
        onChange={(event) => {
          setName(event.currentTarget.value);
          setProblem(undefined);
        }}
      />
      <Button size="xs" type="submit" disabled={name.trim() === ''}>
        Save
      </Button>
    </form>
  );
}
