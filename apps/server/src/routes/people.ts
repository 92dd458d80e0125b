/** @file Several people on one dataset: agreement, what they differ on, gold questions, and what each of them said. */
import { changedSchema } from '@tintype/contracts/api';
import { TintypeError } from '@tintype/contracts/errors';
import {
  agreementViewSchema,
  disagreementsQuerySchema,
  disagreementsViewSchema,
  goldIdsBodySchema,
  goldViewSchema,
  historyPageSchema,
  historyQuerySchema,
  newGoldBodySchema,
  peopleScopeSchema,
  reviewsBodySchema,
  withdrawReviewsBodySchema,
} from '@tintype/contracts/people';
import { resolveDataset } from '@tintype/core/catalog/catalog';
import { listOpenDisagreements, readAgreement, readHistory } from '@tintype/core/label/people';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemResponse } from '../api-schemas.ts';

interface PeopleRoutes {
  workspace: Workspace;
}

export const peopleRoutes: FastifyPluginAsyncZod<PeopleRoutes> = async (app, { workspace }) => {
  await app.register(agreementRoutes, { workspace });
  await app.register(goldRoutes, { workspace });
};

const by = ({ identity }: Pick<FastifyRequest, 'identity'>, { clock }: Workspace) => ({
  annotator: identity.name,
  at: clock.now(),
});

const agreementRoutes: FastifyPluginAsyncZod<PeopleRoutes> = async (app, { workspace }) => {
  const { catalog } = workspace;

  app.get(
    '/api/people/agreement',
    {
      config: { policy: 'train' },
      schema: {
        operationId: 'getAgreement',
        summary: 'How far people agree, by everybody, by two, by class, and on questions whose answer is known',
        tags: ['people'],
        querystring: peopleScopeSchema,
        response: { 200: agreementViewSchema, ...problemResponse },
      },
    },
    async ({ query }) => readAgreement({ catalog }, query),
  );

  app.get(
    '/api/people/disagreements',
    {
      config: { policy: 'train' },
      schema: {
        operationId: 'listDisagreements',
        summary: 'Pictures that people differ on and nobody has decided yet, the most divided first',
        tags: ['people'],
        querystring: disagreementsQuerySchema,
        response: { 200: disagreementsViewSchema, ...problemResponse },
      },
    },
    async ({ query }) => listOpenDisagreements({ catalog }, query),
  );

  app.post(
    '/api/people/reviews',
    {
      config: { policy: 'train', bodyType: 'application/json' },
      schema: {
        operationId: 'reviewPictures',
        summary: 'Decide what pictures are that people differ on; each gets that label',
        tags: ['people'],
        body: reviewsBodySchema,
        response: { 200: changedSchema, ...problemResponse },
      },
    },
    async (request) => {
      const { annotator, at } = by(request, workspace);
      const { reviews } = request.body;
      request.change = { details: { reviews: reviews.length } };
      return { changed: await catalog.people.review(reviews.map((review) => ({ ...review, by: annotator, at }))) };
    },
  );

  app.post(
    '/api/people/reviews/withdraw',
    {
      config: { policy: 'train', bodyType: 'application/json' },
      schema: {
        operationId: 'withdrawReviews',
        summary: 'Take decisions back; the label before returns where nobody has labeled since',
        tags: ['people'],
        body: withdrawReviewsBodySchema,
        response: { 200: changedSchema, ...problemResponse },
      },
    },
    async (request) => {
      request.change = { details: { reviews: request.body.ids.length } };
      return { changed: await catalog.people.withdraw(request.body.ids, by(request, workspace)) };
    },
  );

  app.get(
    '/api/people/history',
    {
      config: { policy: 'label' },
      schema: {
        operationId: 'getHistory',
        summary:
          'What one person said of which picture, newest first, page by page; of others only with the right "train"',
        tags: ['people'],
        querystring: historyQuerySchema,
        response: { 200: historyPageSchema, ...problemResponse },
      },
    },
    async ({ query, identity }) => {
      const { annotator = identity.name, ...rest } = query;
      if (annotator !== identity.name && !identity.scopes.includes('train'))
        throw new TintypeError('FORBIDDEN', { scope: 'train' });
      return readHistory({ catalog }, { ...rest, annotator });
    },
  );
};

const goldRoutes: FastifyPluginAsyncZod<PeopleRoutes> = async (app, { workspace }) => {
  const { catalog } = workspace;

  app.get(
    '/api/people/gold',
    {
      config: { policy: 'train' },
      schema: {
        operationId: 'listGoldQuestions',
        summary: 'Pictures whose class is known and which people are asked about blind, newest first',
        tags: ['people'],
        querystring: peopleScopeSchema,
        response: { 200: goldViewSchema, ...problemResponse },
      },
    },
    async ({ query }) => ({ items: await catalog.people.listGold(await resolveDataset(catalog, query.dataset)) }),
  );

  app.post(
    '/api/people/gold',
    {
      config: { policy: 'train', bodyType: 'application/json' },
      schema: {
        operationId: 'addGoldQuestions',
        summary: 'Ask about these pictures blind; the answer is the class that is said, or the label that each has',
        tags: ['people'],
        body: newGoldBodySchema,
        response: { 200: changedSchema, ...problemResponse },
      },
    },
    async (request) => {
      const { questions } = request.body;
      request.change = { details: { questions: questions.length } };
      return { changed: await catalog.people.addGold(questions, by(request, workspace)) };
    },
  );

  app.post(
    '/api/people/gold/remove',
    {
      config: { policy: 'train', bodyType: 'application/json' },
      schema: {
        operationId: 'removeGoldQuestions',
        summary: 'Ask about these pictures no more',
        tags: ['people'],
        body: goldIdsBodySchema,
        response: { 200: changedSchema, ...problemResponse },
      },
    },
    async (request) => {
      const { sampleIds } = request.body;
      request.change = { details: { questions: sampleIds.length } };
      return { changed: await catalog.people.removeGold(sampleIds, by(request, workspace)) };
    },
  );
};
