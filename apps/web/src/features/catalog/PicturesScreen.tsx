/** @file Pictures: everything in the catalog, as the address bar asks for it. */
import { useRef } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import { useWorkspace } from '../../components/use-workspace.ts';
import { FilterBar } from './FilterBar.tsx';
import { Gallery } from './Gallery.tsx';
import { type PicturesQuery, parseFilter, parseOpenSample, picturesPath } from './gallery-filter.ts';
import classes from './PicturesScreen.module.css';
import { parsePlace } from './place.ts';
import { SampleDrawer } from './SampleDrawer.tsx';
import { useGallery } from './use-gallery.ts';
import { useRefreshOnIngest } from './use-gallery-pages.ts';
import { useRefreshOnLabels } from './use-label-samples.ts';

export function PicturesScreen() {
  const search = new URLSearchParams(useSearch());
  const [, navigate] = useLocation();
  const query = parseFilter(search);
  const openId = parseOpenSample(search);
  const { data: workspace } = useWorkspace();
  const searchField = useRef<HTMLInputElement>(null);
  const place = parsePlace(useHistoryState());

  const change = (next: PicturesQuery): void => navigate(picturesPath(next), { replace: true });
  const open = (id: string | undefined): void => {
    const path = picturesPath(query);
    const address = id === undefined ? path : `${path}${path.includes('?') ? '&' : '?'}sample=${id}`;
    // Opening is a step that Back undoes; leafing through and closing are not.
    navigate(address, { replace: id === undefined || openId !== undefined });
  };
  const gallery = useGallery(query, { open, ...(place === undefined ? {} : { start: place }) });
  useRefreshOnIngest(workspace);
  useRefreshOnLabels();

  return (
    <div className={classes.screen} data-fill>
      <h1 className={classes.title}>{query.removed ? 'Trash' : 'Pictures'}</h1>
      <FilterBar query={query} workspace={workspace} onChange={change} searchRef={searchField} />
      <Gallery
        gallery={gallery}
        isEmptyWorkspace={workspace?.datasets.every((entry) => entry.samples + entry.removed === 0) ?? false}
        onChange={change}
        onSearch={() => searchField.current?.focus()}
      />
      <SampleDrawer id={openId} gallery={gallery} onOpen={open} />
    </div>
  );
}
