/** @file Backups as administrators see them, and the one that is made now. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { listBackups, startBackup } from '../../api/backup.ts';
import { isOpen } from '../../components/job-words.ts';
import { jobsKey, useJob } from '../../components/use-jobs.ts';

const backupsKey = ['backups'] as const;

export const useBackups = () =>
  useQuery({ queryKey: backupsKey, queryFn: ({ signal }) => listBackups(signal), staleTime: 0 });

/** The job that makes one; the list, which costs the server more, is asked for again when it has ended. */
export function useBackupJob(id: string) {
  const client = useQueryClient();
  const query = useJob(id);
  const hasEnded = query.data !== undefined && !isOpen(query.data);
  useEffect(() => {
    if (hasEnded) void client.invalidateQueries({ queryKey: backupsKey });
  }, [client, hasEnded]);
  return query;
}

export function useStartBackup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: startBackup,
    onSettled: () => Promise.all([backupsKey, jobsKey].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
