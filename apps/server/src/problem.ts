/** @file Whatever is thrown while a request is answered, as problem details (RFC 9457). Texts come from the error table alone. */
import { type Problem, TintypeError, toTintypeError } from '@tintype/contracts/errors';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';

export const problemMediaType = 'application/problem+json';

/** What Fastify and its plugins throw for requests that are wrong, as ours. */
const frameworkProblems: Readonly<Record<string, string>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty, but JSON is expected.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as its Content-Length says.',
  FST_ERR_CTP_BODY_ALREADY_PARSED: 'The body is not valid.',
  FST_ERR_BAD_URL: 'The address is not a valid URL path.',
  FST_ERR_MAX_PARAM_LENGTH: 'A part of the address is too long.',
  FST_ERR_ASYNC_CONSTRAINT: 'The request is not valid.',
};

export interface ErrorContext {
  /** Bytes a body without a picture may have. */
  bodyLimitBytes: number;
}

function toKnownError(thrown: unknown, request: FastifyRequest, context: ErrorContext): TintypeError {
  if (thrown instanceof TintypeError) return thrown;
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const { validation, validationContext } = thrown as FastifyError;
    const place = placeOf(validationContext);
    return new TintypeError('VALIDATION_FAILED', {
      errors: (validation ?? []).map((issue) => ({
        pointer: `${place}${issue.instancePath === '/' ? '' : issue.instancePath}`,
        message: issue.message ?? 'is not valid',
      })),
    });
  }
  const { code, name } = thrown as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new TintypeError('BODY_TOO_LARGE', { limitBytes: request.routeOptions.bodyLimit ?? context.bodyLimitBytes });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const expected = [request.routeOptions.config.bodyType ?? 'no body'].flat().join(', ');
    const mediaType = (request.headers['content-type'] ?? '').slice(0, 100);
    return new TintypeError('MEDIA_TYPE_UNSUPPORTED', { mediaType, expected }, { cause: thrown });
  }
  // A key such as __proto__ is refused by the JSON parser as a SyntaxError of status 400.
  const isRefusedJson = name === 'SyntaxError' && (thrown as Partial<FastifyError>).statusCode === 400;
  const problem = isRefusedJson ? 'The body is not valid JSON.' : frameworkProblems[code ?? ''];
  if (problem) return new TintypeError('USAGE_INVALID', { problem }, { cause: thrown });
  return toTintypeError(thrown, request.id);
}

/** Pointers into the body are bare; others name their place. */
function placeOf(validationContext: string | undefined): string {
  if (validationContext === 'querystring') return 'query';
  if (validationContext === 'params') return 'path';
  return validationContext === 'headers' ? 'headers' : '';
}

export function sendProblem(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  context: ErrorContext,
): FastifyReply {
  const error = toKnownError(thrown, request, context);
  request.problemCode = error.code;
  if (error.status >= 500 && error.kind !== 'unavailable') {
    request.log.error({ err: error.cause ?? error, code: error.code }, error.title);
  }
  if (error.code === 'UNAUTHENTICATED' || error.code === 'LOGIN_REFUSED') {
    const { reason } = error.details as { reason?: string };
    const isWrong = reason === 'invalid' || reason === 'expired';
    reply.header('www-authenticate', `Bearer realm="tintype"${isWrong ? ', error="invalid_token"' : ''}`);
  }
  if (error.code === 'OVERLOADED' || error.code === 'RATE_LIMITED') {
    reply.header('retry-after', String((error as TintypeError<'OVERLOADED'>).details.retryAfterS));
  } else if (error.code === 'MODEL_NOT_SERVED') {
    reply.header('retry-after', '1');
  }
  return reply
    .code(error.status)
    .header('cache-control', 'no-store')
    .header('x-request-id', request.id)
    .header('content-type', problemMediaType)
    .send(Buffer.from(JSON.stringify({ ...error.toProblem(), request_id: request.id })));
}

/** A problem as bytes for a connection whose request could not even be parsed. */
export function renderRawProblem(status: number, reason: string, problem: Problem): string {
  const body = JSON.stringify({ ...problem, status });
  return [
    `HTTP/1.1 ${status} ${reason}`,
    `Content-Type: ${problemMediaType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}
