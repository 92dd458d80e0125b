/** @file What is read out of a version's kept answers, where it comes from, and the model itself for who runs it elsewhere. */
import {
  answersQuerySchema,
  answersViewSchema,
  compareQuerySchema,
  evaluationReportSchema,
  lineageSchema,
  reportQuerySchema,
  versionComparisonSchema,
} from '@tintype/contracts/evaluation-report';
import { compareVersions } from '@tintype/core/evaluate/compare-versions';
import { findAnswers, reportVersion } from '@tintype/core/evaluate/report-version';
import { objectKeys } from '@tintype/core/ports/object-store';
import type { Workspace } from '@tintype/core/ports/workspace';
import { traceLineage } from '@tintype/core/registry/trace-lineage';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { bytesResponse, notModifiedResponse, problemResponse, versionParamsSchema } from '../api-schemas.ts';
import { sendObject } from '../send-object.ts';

const bundleMediaTypes = { 'model.onnx': 'application/octet-stream', 'bundle.json': 'application/json' } as const;
const bundleFileParamsSchema = versionParamsSchema.extend({ file: z.enum(['model.onnx', 'bundle.json']) });

interface EvaluateRoutes {
  workspace: Workspace;
}

export const evaluateRoutes: FastifyPluginAsyncZod<EvaluateRoutes> = async (app, { workspace }) => {
  const { catalog, store } = workspace;

  app.get(
    '/api/models/:model/versions/:version/report',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'getReport',
        summary: 'Calibration, thresholds and slices of a version, out of the answers kept for each picture',
        tags: ['evaluate'],
        params: versionParamsSchema,
        querystring: reportQuerySchema,
        response: { 200: evaluationReportSchema, ...problemResponse },
      },
    },
    async ({ params, query }) =>
      reportVersion({ catalog }, await catalog.registry.getVersion(params.model, params.version), query),
  );

  app.get(
    '/api/models/:model/versions/:version/answers',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'listAnswers',
        summary: 'Which pictures a cell of the confusion matrix, a slice or a range of confidence is about',
        tags: ['evaluate'],
        params: versionParamsSchema,
        querystring: answersQuerySchema,
        response: { 200: answersViewSchema, ...problemResponse },
      },
    },
    async ({ params, query }) =>
      findAnswers({ catalog }, await catalog.registry.getVersion(params.model, params.version), query),
  );

  app.get(
    '/api/models/:model/versions/:version/compare',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'compareVersions',
        summary: 'Two versions on the pictures that neither was trained on, with McNemar’s test',
        tags: ['evaluate'],
        params: versionParamsSchema,
        querystring: compareQuerySchema,
        response: { 200: versionComparisonSchema, ...problemResponse },
      },
    },
    async ({ params: { model, version }, query: { other } }) =>
      compareVersions(
        { catalog },
        await catalog.registry.getVersion(model, version),
        await catalog.registry.getVersion(model, other),
      ),
  );

  app.get(
    '/api/models/:model/versions/:version/lineage',
    {
      config: { policy: 'read' },
      schema: {
        operationId: 'getLineage',
        summary: 'From a version to its run, its snapshot and the people whose labels it learned',
        tags: ['evaluate'],
        params: versionParamsSchema,
        response: { 200: lineageSchema, ...problemResponse },
      },
    },
    async ({ params }) => traceLineage({ catalog }, await catalog.registry.getVersion(params.model, params.version)),
  );

  app.get(
    '/api/models/:model/versions/:version/bundle/:file',
    {
      config: { policy: 'predict' },
      schema: {
        operationId: 'getBundleFile',
        summary: 'The model itself and what it takes and gives, for a runtime elsewhere, such as a browser',
        tags: ['evaluate'],
        params: bundleFileParamsSchema,
        response: {
          200: bytesResponse('The file', ...Object.values(bundleMediaTypes)),
          304: notModifiedResponse,
          ...problemResponse,
        },
      },
    },
    async (request, reply) => {
      const { model, version, file } = request.params;
      const { bundleHash } = await catalog.registry.getVersion(model, version);
      return sendObject(request, reply, store, {
        key: objectKeys.bundleFile(bundleHash, file),
        mediaType: bundleMediaTypes[file],
        etag: `${bundleHash}-${file}`,
        // An alias may name another version tomorrow.
        isFixed: /^\d+$/.test(version),
      });
    },
  );
};
