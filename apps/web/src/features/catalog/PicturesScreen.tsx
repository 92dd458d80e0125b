/** @file Pictures: everything in the catalog, filtered by the address bar. */
import { useSearchParams } from 'wouter';
import { useWorkspace } from '../../components/use-workspace.ts';
import { FilterBar } from './FilterBar.tsx';
import { Gallery } from './Gallery.tsx';
import { type GalleryFilter, parseFilter, parseOpenSample, renderFilter } from './gallery-filter.ts';
import classes from './PicturesScreen.module.css';
import { SampleDrawer } from './SampleDrawer.tsx';
import { useGallery } from './use-gallery.ts';
import { useRefreshOnIngest } from './use-samples.ts';

export function PicturesScreen() {
  const [search, setSearch] = useSearchParams();
  const filter = parseFilter(search);
  const openId = parseOpenSample(search);
  const { data: workspace } = useWorkspace();

  const changeFilter = (next: GalleryFilter): void => setSearch(renderFilter(next), { replace: true });
  const open = (id: string | undefined): void => {
    const next = renderFilter(filter);
    if (id) next.set('sample', id);
    // Opening is a step that Back undoes; leafing through and closing are not.
    setSearch(next, { replace: id === undefined || openId !== undefined });
  };
  const gallery = useGallery(filter, open);
  useRefreshOnIngest(workspace);

  return (
    <div className={classes.screen} data-fill>
      <h1 className={classes.title}>Pictures</h1>
      <FilterBar filter={filter} workspace={workspace} onChange={changeFilter} />
      <Gallery
        gallery={gallery}
        filter={filter}
        isEmptyWorkspace={workspace?.datasets.every((entry) => entry.samples + entry.removed === 0) ?? false}
        onClearFilter={() => changeFilter({ isTrash: false })}
      />
      <SampleDrawer id={openId} gallery={gallery} onOpen={open} />
    </div>
  );
}
