/** @file The API's document (OpenAPI 3.1, made from the routes' schemas) and the page that shows it. */
import fastifySwagger from '@fastify/swagger';
import fastifySwaggerUi from '@fastify/swagger-ui';
import type { RoutePolicy } from '@tintype/contracts/access';
import { objectAddressSchema, pictureAddressSchema, s3EventSchema } from '@tintype/contracts/serve';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { setPolicy } from './access.ts';
import { version } from './version.ts';

const tags = [
  { name: 'serve', description: 'Classify pictures' },
  { name: 'workspace', description: 'What there is' },
  { name: 'catalog', description: 'Samples, labels, data issues' },
  { name: 'label', description: 'What to label next, what it may be, what it proves, when it is enough' },
  { name: 'explore', description: 'What a dataset looks like and what is wrong with it; the map of its pictures' },
  { name: 'people', description: 'Agreement, decisions on what people differ on, gold questions, who said what' },
  { name: 'registry', description: 'Models, versions, aliases' },
  { name: 'evaluate', description: 'What kept answers say: calibration, thresholds, slices, comparisons, lineage' },
  { name: 'train', description: 'Runs: how far they are, epoch by epoch' },
  { name: 'tune', description: 'Studies: what a search tried, and what came of it' },
  { name: 'jobs', description: 'Work for a worker' },
  { name: 'backup', description: 'Rows and bytes of one moment, kept' },
  { name: 'access', description: 'Who may ask: sessions, tokens, users, the record of changes' },
];

const namedPictureSchema = z.union([pictureAddressSchema, objectAddressSchema, s3EventSchema]);

const binary = { type: 'string', format: 'binary' };

/** Bodies that are not the form which a route's schema describes: path -> content type -> JSON schema. */
const otherBodies: Readonly<Record<string, Record<string, object>>> = {
  '/predict': { 'image/*': binary, 'application/json': z.toJSONSchema(namedPictureSchema, { io: 'input' }) },
};

function describeBodies<D extends { paths?: object }>(document: D): D {
  const paths = document.paths as Record<string, { post?: { requestBody?: { content: object } } }> | undefined;
  for (const [path, bodies] of Object.entries(otherBodies)) {
    const body = paths?.[path]?.post?.requestBody;
    if (body)
      Object.assign(
        body.content,
        Object.fromEntries(Object.entries(bodies).map(([type, schema]) => [type, { schema }])),
      );
  }
  return document;
}

/** Either lets in; see the guide of serving. */
const securitySchemes = {
  token: { type: 'http', scheme: 'bearer', description: 'A token: "tintype token create" makes one' },
  session: { type: 'apiKey', in: 'cookie', name: 'tintype_session', description: 'Set by POST /api/login' },
} as const;

/** Says what right an operation needs; one that is public needs none. */
function withPolicy<D extends { schema: FastifySchema }>(documented: D, policy: RoutePolicy | undefined): D {
  const { schema } = documented;
  const said = policy === 'public' ? { security: [] } : { description: `Needs the right "${policy}".` };
  return { ...documented, schema: { ...said, ...schema } };
}

/** Before the routes, whose schemas it collects. */
export async function registerOpenApi(app: FastifyInstance): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tintype',
        version,
        description: 'From a heap of pictures to a classifier in production.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      components: { securitySchemes },
      security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
      tags,
    },
    transform: (route) => withPolicy(jsonSchemaTransform(route), route.route.config?.policy),
    transformObject: (document) =>
      'openapiObject' in document ? describeBodies(document.openapiObject) : document.swaggerObject,
  });
  app.get('/openapi.json', { config: { policy: 'public' }, schema: { hide: true } }, async () => app.swagger());
  await app.register(async (docs) => {
    setPolicy(docs, { policy: 'public', isUnlimited: true });
    await docs.register(fastifySwaggerUi, { routePrefix: '/docs', uiConfig: { docExpansion: 'list' } });
  });
}
