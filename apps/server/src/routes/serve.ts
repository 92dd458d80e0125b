/** @file Answers for pictures, however they are handed over. */
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureLimits } from '@tintype/contracts/picture';
import {
  type BatchPrediction,
  batchPredictionsSchema,
  namedFileSchema,
  type Prediction,
  type PredictQuery,
  predictionSchema,
  predictQuerySchema,
  predictReplySchema,
} from '@tintype/contracts/serve';
import type { BucketReader } from '@tintype/core/ports/bucket-reader';
import type { Catalog } from '@tintype/core/ports/catalog';
import type { PictureFetcher } from '@tintype/core/ports/picture-fetcher';
import { locateNeighbors } from '@tintype/core/serve/locate-neighbors';
import type { PredictionService } from '@tintype/core/serve/prediction-service';
import type { FastifyRequest, FastifySchemaCompiler } from 'fastify';
import { type FastifyPluginAsyncZod, validatorCompiler } from 'fastify-type-provider-zod';
import { predictBatchBodySchema, predictBodySchema, problemResponse } from '../api-schemas.ts';
import { withClientSignal } from '../client-signal.ts';
import { harmlessName } from '../harmless-name.ts';
import { type NamedPicture, parseNamedPictures, withNamedPicture } from '../named-pictures.ts';
import { mapUploads, type Upload, UploadBudget, withRawPicture, withUpload } from '../read-upload.ts';
import { Turns } from '../turns.ts';

/** An answer that was given, for those who count or keep them. */
export interface GivenAnswer {
  bytes: Uint8Array;
  prediction: Prediction;
}

interface ServeRoutes {
  service: PredictionService;
  limits: PictureLimits;
  fetcher: PictureFetcher;
  buckets: BucketReader;
  catalog: Catalog;
  /** Told of every answer before it is sent; must not throw. */
  onAnswer: (answer: GivenAnswer) => void;
}

type PredictRequest = FastifyRequest<{ Querystring: PredictQuery }>;

/** Where pictures are handed over. */
export const picturePaths = ['/predict', '/predict-batch', '/get-prediction'] as const;

const smallestBudgetBytes = 256 * 2 ** 20;
const mostBatchFiles = 64;
/** Objects of one event that are read at once. */
const objectsAtOnce = 4;

export const serveRoutes: FastifyPluginAsyncZod<ServeRoutes> = async (app, parts) => {
  const { service, limits, fetcher, buckets, catalog, onAnswer } = parts;
  const budget = new UploadBudget(Math.max(smallestBudgetBytes, 4 * limits.bytes));
  const pictureOptions = { limitBytes: limits.bytes, budget };
  const sources = { ...pictureOptions, fetcher, buckets };

  const answer = (bytes: Uint8Array, request: PredictRequest, how: { isPatient?: boolean } = {}): Promise<Prediction> =>
    withClientSignal(request, async (signal) => {
      const asked = { requestId: request.id, ...request.query, ...how, signal };
      const prediction = await locateNeighbors({ catalog }, await service.predict(bytes, asked));
      onAnswer({ bytes, prediction });
      return prediction;
    });
  const answerNamed = (picture: NamedPicture, request: PredictRequest, how = {}): Promise<Prediction> =>
    withNamedPicture(request, picture, sources, (bytes) => answer(bytes, request, how));
  const answerJson = async (request: PredictRequest) => {
    const pictures = parseNamedPictures(request.body);
    const [first] = pictures;
    if (pictures.length === 1 && first) return answerNamed(first, request);
    request.charge(pictures.length - 1);
    const predictions = await mapInOrder(pictures, objectsAtOnce, (picture) =>
      spoilingNoOther('key' in picture ? picture.key : '', request, service, () =>
        answerNamed(picture, request, { isPatient: true }),
      ),
    );
    return { predictions };
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
        summary:
          'Classify one picture: in a form, as the body, by its address, or in a bucket; or those of an S3 event',
        tags: ['serve'],
        consumes: ['multipart/form-data', 'image/*', 'application/json'],
        querystring: predictQuerySchema,
        body: predictBodySchema,
        response: { 200: predictReplySchema, ...problemResponse },
      },
    },
    async (request) => {
      const mediaType = request.headers['content-type'] ?? '';
      const use = (bytes: Uint8Array): Promise<Prediction> => answer(bytes, request);
      if (/^multipart\//i.test(mediaType)) return withUpload(request, { ...pictureOptions, field: 'file' }, use);
      if (/^image\//i.test(mediaType)) return withRawPicture(request, pictureOptions, use);
      return answerJson(request);
    },
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
      // The form was let in as a whole, and has few of its pictures under way at a time.
      const turns = new Turns({ width: service.width });
      let pictures = 0;
      const predictions = await mapUploads(request, options, (upload) => {
        pictures += 1;
        if (pictures > 1) request.charge(1);
        return turns.take(() =>
          spoilingNoOther(upload.filename, request, service, () =>
            answer(bytesOf(upload), request, { isPatient: true }),
          ),
        );
      });
      return { predictions };
    },
  );

  app.post(
    '/get-prediction',
    {
      config: { policy: 'predict', bodyType: 'application/json' },
      schema: {
        operationId: 'getPrediction',
        summary: 'Classify one picture in a bucket',
        tags: ['serve'],
        querystring: predictQuerySchema,
        body: namedFileSchema,
        response: { 200: predictionSchema, ...problemResponse },
      },
    },
    async (request) => answerNamed({ bucket: request.body.bucket, key: request.body.filename }, request),
  );
};

/** Forms and pictures are streams: there is nothing to validate before they are read. */
const compileAllButBodies: FastifySchemaCompiler<unknown> = (route) =>
  route.httpPart === 'body'
    ? (value) => ({ value })
    : validatorCompiler(route as Parameters<typeof validatorCompiler>[0]);

function bytesOf(upload: Upload): Uint8Array {
  if ('error' in upload) throw upload.error;
  return upload.bytes;
}

const saysSomethingOfThePicture = (error: TintypeError): boolean =>
  error.code.startsWith('IMAGE_') || error.code === 'OBJECT_REFUSED';

/** A failure that says something about this file alone is its answer; any other is that of the whole request. */
async function spoilingNoOther(
  name: string,
  request: PredictRequest,
  service: PredictionService,
  answer: () => Promise<Prediction>,
): Promise<BatchPrediction> {
  const filename = harmlessName(name);
  try {
    return { filename, ...(await answer()) };
  } catch (error) {
    const { serving } = service;
    if (!(error instanceof TintypeError) || !saysSomethingOfThePicture(error) || !serving) throw error;
    const { model, version } = serving;
    const refusal = { prediction: null, confidence: 0, error: error.message, reason: error.code };
    return { filename, ...refusal, model, version, request_id: request.id };
  }
}

/** At most `width` under way at once; results in the order of the items. The first failure ends it. */
async function mapInOrder<T, R>(items: readonly T[], width: number, map: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await map(items[index] as T);
    }
  };
  const workers = Array.from({ length: width }, work);
  try {
    await Promise.all(workers);
  } catch (error) {
    next = items.length;
    throw error;
  }
  return results;
}
