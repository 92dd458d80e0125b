/** @file Backups: what there is beside the workspace's own bytes, and one asked for. */
import { wholeStoreAddress } from '@tintype/adapters/store/open-store';
import { backupJobSchema, backupsQuerySchema, backupsViewSchema } from '@tintype/contracts/backup';
import { jobSchema } from '@tintype/contracts/job';
import { startBackup, viewBackups } from '@tintype/core/backup/view-backups';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemResponse } from '../api-schemas.ts';

interface BackupRoutes {
  workspace: Workspace;
}

export const backupRoutes: FastifyPluginAsyncZod<BackupRoutes> = async (app, { workspace }) => {
  app.get(
    '/api/backups',
    {
      config: { policy: 'admin' },
      schema: {
        operationId: 'listBackups',
        summary: "Backups beside the workspace's own bytes, newest first: what each holds, and whether it was verified",
        tags: ['backup'],
        querystring: backupsQuerySchema,
        response: { 200: backupsViewSchema, ...problemResponse },
      },
    },
    async ({ query }) => {
      const { store, queue, config, folder } = workspace;
      return viewBackups({ place: store, placeName: wholeStoreAddress(config.store, folder), queue }, query);
    },
  );

  app.post(
    '/api/backups',
    {
      config: { policy: 'admin', bodyType: 'application/json' },
      schema: {
        operationId: 'startBackup',
        summary: 'Back up rows and bytes; one that waits or is made already is not begun twice',
        tags: ['backup'],
        body: backupJobSchema,
        response: { 202: jobSchema, ...problemResponse },
      },
    },
    async (request, reply) => {
      const job = await startBackup(workspace, request.body);
      request.change = { target: job.id, details: { kind: 'backup', ...request.body } };
      return reply.code(202).header('location', `/api/jobs/${job.id}`).send(job);
    },
  );
};
