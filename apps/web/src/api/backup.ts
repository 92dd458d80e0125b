/** @file Addresses of backups, with the schema of each answer. */
import { type BackupsView, backupsViewSchema } from '@tintype/contracts/backup';
import { type Job, jobSchema } from '@tintype/contracts/job';
import { request } from './client.ts';

export const listBackups = (signal?: AbortSignal): Promise<BackupsView> =>
  request(backupsViewSchema, '/api/backups', { signal });

export const startBackup = (body: { verify: boolean }): Promise<Job> =>
  request(jobSchema, '/api/backups', { method: 'POST', body });
