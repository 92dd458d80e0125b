/** @file Answers for pictures, and the health of who gives them. */
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureLimits } from '@tintype/contracts/picture';
import {
  type BatchPrediction,
  batchPredictionsSchema,
  healthSchema,
  predictionSchema,
  predictQuerySchema,
} from '@tintype/contracts/serve';
import type { PictureFetcher } from '@tintype/core/ports/picture-fetcher';
import type { PredictionService } from '@tintype/core/serve/prediction-service';
import type { FastifyRequest, FastifySchemaCompiler } from 'fastify';
import { type FastifyPluginAsyncZod, validatorCompiler } from 'fastify-type-provider-zod';
import { predictBatchBodySchema, predictBodySchema, problemResponse } from '../api-schemas.ts';
import { mapUploads, type Upload, UploadBudget, withRawPicture, withUpload } from '../read-upload.ts';
import { withFetched } from '../with-fetched.ts';

interface ServeRoutes {
  service: PredictionService;
  limits: PictureLimits;
  fetcher: PictureFetcher;
}

const smallestBudgetBytes = 256 * 2 ** 20;
const mostBatchFiles = 64;
const longestFilename = 200;

export const serveRoutes: FastifyPluginAsyncZod<ServeRoutes> = async (app, { service, limits, fetcher }) => {
  const budget = new UploadBudget(Math.max(smallestBudgetBytes, 4 * limits.bytes));

  app.get(
    '/health',
    {
      config: { policy: 'public' },
      schema: {
        operationId: 'getHealth',
        summary: 'Whether a model is loaded and follows the champion',
        tags: ['serve'],
        response: { 200: healthSchema, ...problemResponse },
      },
    },
    async () => service.health(),
  );

  const pictureOptions = { limitBytes: limits.bytes, budget };
  const uploadOptions = { ...pictureOptions, field: 'file' };
  const usePicture = <T>(request: FastifyRequest, use: (bytes: Uint8Array) => Promise<T>): Promise<T> => {
    const mediaType = request.headers['content-type'] ?? '';
    if (/^multipart\//i.test(mediaType)) return withUpload(request, uploadOptions, use);
    if (/^image\//i.test(mediaType)) return withRawPicture(request, pictureOptions, use);
    return withFetched(request, { fetcher, ...pictureOptions }, use);
  };
  // A raw picture is a stream that its route reads.
  app.addContentTypeParser(/^image\//, (_request, _payload, done) => done(null));

  app.post(
    '/predict',
    {
      config: { policy: 'predict', bodyType: ['multipart/form-data', 'application/json', 'image/*'] },
      validatorCompiler: compileAllButBodies,
      schema: {
        operationId: 'predict',
        summary: 'Classify one picture: in a form, as the body, or by its address',
        tags: ['serve'],
        consumes: ['multipart/form-data', 'image/*', 'application/json'],
        querystring: predictQuerySchema,
        body: predictBodySchema,
        response: { 200: predictionSchema, ...problemResponse },
      },
    },
    async (request) =>
      usePicture(request, (bytes) => service.predict(bytes, { requestId: request.id, top: request.query.top })),
  );

  app.post(
    '/predict-batch',
    {
      config: { policy: 'predict', bodyType: 'multipart/form-data' },
      validatorCompiler: compileAllButBodies,
      schema: {
        operationId: 'predictBatch',
        summary: 'Classify several pictures; a bad one spoils no other',
        tags: ['serve'],
        consumes: ['multipart/form-data'],
        querystring: predictQuerySchema,
        body: predictBatchBodySchema,
        response: { 200: batchPredictionsSchema, ...problemResponse },
      },
    },
    async (request) => {
      const options = { ...pictureOptions, field: 'files', mostFiles: mostBatchFiles };
      const predictions = await mapUploads(request, options, (upload) => answerOne(service, upload, request));
      return { predictions };
    },
  );
};

/** Forms and pictures are streams: there is nothing to validate before they are read. */
const compileAllButBodies: FastifySchemaCompiler<unknown> = (route) =>
  route.httpPart === 'body'
    ? (value) => ({ value })
    : validatorCompiler(route as Parameters<typeof validatorCompiler>[0]);

/** A failure that says something about this file alone is its answer; any other is that of the whole request. */
async function answerOne(
  service: PredictionService,
  upload: Upload,
  request: FastifyRequest<{ Querystring: { top?: number | undefined } }>,
): Promise<BatchPrediction> {
  const filename = upload.filename.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, longestFilename);
  try {
    if ('error' in upload) throw upload.error;
    const prediction = await service.predict(upload.bytes, { requestId: request.id, top: request.query.top });
    return { filename, ...prediction };
  } catch (error) {
    const { serving } = service;
    if (!(error instanceof TintypeError) || !error.code.startsWith('IMAGE_') || !serving) throw error;
    const { model, version } = serving;
    const refusal = { prediction: null, confidence: 0, error: error.message, reason: error.code };
    return { filename, ...refusal, model, version, request_id: request.id };
  }
}
