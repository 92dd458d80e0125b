/** @file A list of pictures as a view of the grid, which is opened. */
import { viewSchema } from '@tintype/contracts/curation';
import { useLocation } from 'wouter';
import { request } from '../../api/client.ts';

/** The list has no name: it is forgotten after a week. */
export function useOpenAsView(): (ids: readonly string[]) => Promise<void> {
  const [, navigate] = useLocation();
  return async (ids) => {
    const { id } = await request(viewSchema, '/api/views', { method: 'POST', body: { ids } });
    navigate(`/pictures?view=${id}`);
  };
}
