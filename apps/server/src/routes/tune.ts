/** @file Studies of tuning: what was tried, what is best so far, which parameters mattered. */
import { studiesViewSchema, studyViewSchema } from '@tintype/contracts/api';
import type { Job } from '@tintype/contracts/job';
import type { Study } from '@tintype/contracts/tune';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemResponse, studyParamsSchema } from '../api-schemas.ts';

interface TuneRoutes {
  workspace: Workspace;
}

/** Signs of life come every 2 s; who missed five is gone. */
const quietMs = 10_000;

export const tuneRoutes: FastifyPluginAsyncZod<TuneRoutes> = async (app, { workspace }) => {
  const { catalog, queue, clock } = workspace;
  const isLive = ({ heartbeatAt }: Study): boolean => heartbeatAt !== null && clock.now() - heartbeatAt < quietMs;

  app.get(
    '/api/studies',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listStudies',
        summary: 'Studies, newest first, each with its best trial so far',
        tags: ['tune'],
        response: { 200: studiesViewSchema, ...problemResponse },
      },
    },
    async () => {
      const { summarizeStudy } = await import('@tintype/core/tune/study-report');
      const studies = await catalog.studies.list();
      const items = studies.map(async (study) => ({
        ...summarizeStudy(study, await catalog.studies.listTrials(study.name)),
        isLive: isLive(study),
      }));
      return { items: await Promise.all(items) };
    },
  );

  app.get(
    '/api/studies/:name',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'getStudy',
        summary: 'One study: its trials with the command of each, parallel coordinates, importance of parameters',
        tags: ['tune'],
        params: studyParamsSchema,
        response: { 200: studyViewSchema, ...problemResponse },
      },
    },
    async ({ params: { name } }) => {
      const { reportStudy } = await import('@tintype/core/tune/study-report');
      const study = await catalog.studies.get(name);
      const report = reportStudy(study, await catalog.studies.listTrials(name));
      const job = (await queue.list()).find((one) => isWorkOn(one, name));
      return { report, isLive: isLive(study), job: job?.id ?? null };
    },
  );
};

const isWorkOn = ({ kind, status, input, progress }: Job, study: string): boolean =>
  kind === 'tune' &&
  (status === 'queued' || status === 'running') &&
  (progress?.study === study || input.study === study);
