/** @file One sample with the history of its labels. */
import { useQuery } from '@tanstack/react-query';
import { getSample } from '../../api/endpoints.ts';

export const useSample = (id: string) =>
  useQuery({ queryKey: ['sample', id], queryFn: ({ signal }) => getSample(id, signal) });
