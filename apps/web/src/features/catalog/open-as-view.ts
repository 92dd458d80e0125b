/** @file Opens a list of pictures (of a lasso, of a cell) in the gallery, where everything can be done with it. */
import { navigate } from 'wouter/use-browser-location';
import { createView } from '../../api/catalog.ts';
import { picturesPath } from './gallery-filter.ts';

/** The list has no name and is forgotten after a week, unless somebody saves it. Throws ProblemError. */
export async function openAsView(ids: readonly string[]): Promise<void> {
  const { id } = await createView({ ids: [...ids] });
  navigate(picturesPath({ view: id }));
}
