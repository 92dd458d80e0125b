/** @file Signing in and out, tokens, users, and the record of changes. */
import {
  apiTokenSchema,
  auditQuerySchema,
  auditViewSchema,
  changeUserBodySchema,
  createdTokenSchema,
  type Identity,
  invitationViewSchema,
  joinBodySchema,
  loginBodySchema,
  newInvitationBodySchema,
  newTokenBodySchema,
  roleScopes,
  type SessionView,
  sessionViewSchema,
  tokensViewSchema,
  userSchema,
  usersViewSchema,
} from '@tintype/contracts/access';
import { invite, join } from '@tintype/core/access/invitations';
import { logIn, type OpenedSession, openSession } from '@tintype/core/access/sessions';
import { assertGiven, createToken } from '@tintype/core/access/tokens';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problemResponse, tokenParamsSchema, userParamsSchema } from '../api-schemas.ts';
import { renderSessionCookie } from '../cookies.ts';
import type { Access } from '../identify.ts';
import { LoginGuard } from '../login-guard.ts';

interface AccessRoutes {
  access: Access;
}

export const accessRoutes: FastifyPluginAsyncZod<AccessRoutes> = async (app, { access }) => {
  await app.register(sessionRoutes, { access });
  await app.register(tokenRoutes, { access });
  await app.register(userRoutes, { access });
};

const sessionRoutes: FastifyPluginAsyncZod<AccessRoutes> = async (app, { access }) => {
  const { needs, sessionLimits } = access;
  const guard = new LoginGuard();

  const view = async (identity: Identity | undefined): Promise<SessionView> => ({
    identity: identity
      ? {
          name: identity.name,
          role: identity.role,
          scopes: [...identity.scopes],
          isSession: identity.sessionId !== undefined,
        }
      : null,
    isRequired: access.isRequired,
    hasAdmin: await needs.catalog.access.hasAdmin(),
  });
  const begin = ({ identity, secret }: OpenedSession, request: FastifyRequest, reply: FastifyReply) => {
    access.setIdentity(request, identity);
    reply.header('set-cookie', renderSessionCookie(request, secret, sessionLimits.lifeMs));
    return view(identity);
  };

  app.get(
    '/api/session',
    {
      config: { policy: 'public', isUnlimited: true },
      schema: {
        operationId: 'getSession',
        summary: 'Who asks, and whether this server must know',
        tags: ['access'],
        response: { 200: sessionViewSchema, ...problemResponse },
      },
    },
    async (request) => view(await access.find(request)),
  );

  app.post(
    '/api/login',
    {
      config: { policy: 'public', isRecorded: true, bodyType: 'application/json' },
      schema: {
        operationId: 'logIn',
        summary: 'Begin a session; the answer sets its cookie',
        tags: ['access'],
        body: loginBodySchema,
        response: { 200: sessionViewSchema, ...problemResponse },
      },
    },
    async (request, reply) => {
      const { body, ip: address } = request;
      const attempt = () => logIn(needs, body, sessionLimits);
      return begin(await guard.run({ address, account: body.name }, attempt), request, reply);
    },
  );

  app.post(
    '/api/join',
    {
      config: { policy: 'public', isRecorded: true, bodyType: 'application/json' },
      schema: {
        operationId: 'join',
        summary: 'Choose name and password by a link that works once, and begin a session',
        tags: ['access'],
        body: joinBodySchema,
        response: { 200: sessionViewSchema, ...problemResponse },
      },
    },
    async (request, reply) => {
      const { body, ip: address } = request;
      const account = `join ${body.invitation.slice(0, 24)}`;
      const user = await guard.run({ address, account }, () => join(needs, body));
      return begin(await openSession(needs, user, sessionLimits), request, reply);
    },
  );

  app.post(
    '/api/logout',
    {
      config: { policy: 'public', isRecorded: true },
      schema: {
        operationId: 'logOut',
        summary: 'End this session',
        tags: ['access'],
        response: { 200: sessionViewSchema, ...problemResponse },
      },
    },
    async (request, reply) => {
      const identity = await access.find(request);
      if (identity?.sessionId !== undefined) {
        access.setIdentity(request, identity);
        await needs.catalog.access.endSession(identity.sessionId);
      }
      reply.header('set-cookie', renderSessionCookie(request, '', 0));
      return view(undefined);
    },
  );
};

const tokenRoutes: FastifyPluginAsyncZod<AccessRoutes> = async (app, { access: { needs } }) => {
  app.get(
    '/api/tokens',
    {
      config: { policy: 'admin' },
      schema: {
        operationId: 'listTokens',
        summary: 'Tokens, newest first, without what lets somebody in',
        tags: ['access'],
        response: { 200: tokensViewSchema, ...problemResponse },
      },
    },
    async () => ({ items: await needs.catalog.access.listTokens() }),
  );

  app.post(
    '/api/tokens',
    {
      config: { policy: 'admin', bodyType: 'application/json' },
      schema: {
        operationId: 'createToken',
        summary: 'Make a token, shown this once; it has no more rights than who makes it',
        tags: ['access'],
        body: newTokenBodySchema,
        response: { 201: createdTokenSchema, ...problemResponse },
      },
    },
    async (request, reply) => {
      const created = await createToken(needs, request.body, request.identity);
      const { id, name, role, scopes, expiresAt } = created.token;
      request.change = { target: id, details: { name, role, scopes, expiresAt } };
      return reply.code(201).send(created);
    },
  );

  app.post(
    '/api/tokens/:id/revoke',
    {
      config: { policy: 'admin' },
      schema: {
        operationId: 'revokeToken',
        summary: 'Let nobody in by this token any more, from the next request on',
        tags: ['access'],
        params: tokenParamsSchema,
        response: { 200: apiTokenSchema, ...problemResponse },
      },
    },
    async (request) => needs.catalog.access.revokeToken(request.params.id, needs.clock.now()),
  );
};

const userRoutes: FastifyPluginAsyncZod<AccessRoutes> = async (app, { access: { needs } }) => {
  app.get(
    '/api/users',
    {
      config: { policy: 'admin' },
      schema: {
        operationId: 'listUsers',
        summary: 'People who may sign in',
        tags: ['access'],
        response: { 200: usersViewSchema, ...problemResponse },
      },
    },
    async () => ({ items: await needs.catalog.access.listUsers() }),
  );

  app.post(
    '/api/users/:name',
    {
      config: { policy: 'admin', bodyType: 'application/json' },
      schema: {
        operationId: 'updateUser',
        summary: 'Give a user another role, or keep one out',
        tags: ['access'],
        params: userParamsSchema,
        body: changeUserBodySchema,
        response: { 200: userSchema, ...problemResponse },
      },
    },
    async (request) => {
      const { role, isDisabled } = request.body;
      if (role !== undefined) assertGiven(roleScopes[role], request.identity);
      request.change = { details: { ...request.body } };
      return needs.catalog.access.updateUser(request.params.name, {
        ...(role === undefined ? {} : { role }),
        ...(isDisabled === undefined ? {} : { disabledAt: isDisabled ? needs.clock.now() : null }),
      });
    },
  );

  app.post(
    '/api/invitations',
    {
      config: { policy: 'admin', bodyType: 'application/json' },
      schema: {
        operationId: 'invite',
        summary: 'Make a link that makes a user once, or gives one a new password',
        tags: ['access'],
        body: newInvitationBodySchema,
        response: { 201: invitationViewSchema, ...problemResponse },
      },
    },
    async (request, reply) => {
      const invitation = await invite(needs, request.body, request.identity);
      request.change = { target: request.body.user ?? null, details: { role: invitation.role } };
      return reply.code(201).send(invitation);
    },
  );

  app.get(
    '/api/audit',
    {
      config: { policy: 'admin' },
      schema: {
        operationId: 'listAudit',
        summary: 'Who changed what, newest first, page by page',
        tags: ['access'],
        querystring: auditQuerySchema,
        response: { 200: auditViewSchema, ...problemResponse },
      },
    },
    async (request) => {
      const { who, action, cursor, limit } = request.query;
      return needs.catalog.access.listAudit({
        limit,
        ...(who === undefined ? {} : { who }),
        ...(action === undefined ? {} : { action }),
        ...(cursor === undefined ? {} : { cursor }),
      });
    },
  );
};
