/** @file One sample with all that is known of it. */
import { useQuery } from '@tanstack/react-query';
import { getSample } from '../../api/catalog.ts';

export const sampleKey = ['sample'] as const;

export const useSample = (id: string) =>
  useQuery({ queryKey: [...sampleKey, id], queryFn: ({ signal }) => getSample(id, signal) });
