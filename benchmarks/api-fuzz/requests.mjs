/** @file Operations of an OpenAPI document -> requests: good ones, nearly good ones, and ones that nobody would send in earnest. */
import * as fc from 'fast-check';
import { fromSchema, nearSchema, oddText, oddTexts } from './from-schema.mjs';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
/** Header values that HTTP itself allows; others never leave this client. */
const headerTexts = oddTexts.filter((text) => /^[\x20-\x7e]*$/.test(text));

/** `{ path, method, operation }` of every operation. */
export const listOperations = (document) =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

const mostly = (usual, other) => fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: other });

/** Not `.` or `..`, which clients take out of an address themselves. */
const pathPart = ({ name, schema }, { known, isGood }) =>
  (isGood ? fromSchema(schema, known, name) : mostly(fromSchema(schema, known, name), oddText)).map((value) => {
    const text = String(value).toWellFormed?.() ?? String(value).replace(/\p{Cs}/gu, '');
    return text === '' ? '%00' : encodeURIComponent(text).replace(/^\.{1,2}$/, (dots) => dots.replaceAll('.', '%2e'));
  });

function addressOf({ path, operation }, given) {
  const { known, isGood } = given;
  const parameters = operation.parameters ?? [];
  const parts = parameters.filter((parameter) => parameter.in === 'path');
  const queries = parameters.filter((parameter) => parameter.in === 'query');
  const filled = fc
    .tuple(...parts.map((part) => pathPart(part, given)))
    .map((values) => parts.reduce((text, { name }, at) => text.replace(`{${name}}`, values[at]), path));
  const recordOf = (valueOf) =>
    fc.record(Object.fromEntries(queries.map((parameter) => [parameter.name, valueOf(parameter)])), {
      requiredKeys: [],
    });
  const good = recordOf(({ name, schema }) => fromSchema(schema, known, name)).map(Object.entries);
  const odd = fc
    .tuple(
      recordOf(({ name, schema }) => mostly(fromSchema(schema, known, name), oddText)),
      oddText,
      oddText,
      fc.nat(2),
    )
    .map(([given, name, value, way]) => {
      const pairs = Object.entries(given);
      if (way > 0) pairs.push([name, value]);
      if (way > 1 && pairs[0]) pairs.push(pairs[0]);
      return pairs;
    });
  const query = fc
    .oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 3, arbitrary: good },
      { weight: isGood ? 0 : 2, arbitrary: odd },
    )
    .map((pairs) =>
      new URLSearchParams(pairs.map((pair) => pair.map((part) => String(part).replace(/\p{Cs}/gu, '')))).toString(),
    );
  return fc.tuple(filled, query).map(([where, search]) => (search ? `${where}?${search}` : where));
}

const boundary = 'fuzz-boundary';

function renderForm(parts) {
  const quote = (text) => text.replace(/[\r\n"\p{Cs}]/gu, '_');
  const chunks = parts.flatMap(({ name, filename = null, type, content }) => [
    `--${boundary}\r\ncontent-disposition: form-data; name="${quote(name)}"`,
    filename === null ? '' : `; filename="${quote(filename)}"`,
    type ? `\r\ncontent-type: ${type}` : '',
    '\r\n\r\n',
    content,
    '\r\n',
  ]);
  return Buffer.concat([...chunks, `--${boundary}--\r\n`].map((chunk) => Buffer.from(chunk)));
}

function formBody(pictures) {
  const part = fc.record({
    name: fc.oneof(fc.constantFrom('file', 'files', 'files'), oddText),
    filename: fc.option(oddText),
    type: fc.constantFrom('image/png', 'image/jpeg', 'text/plain', ''),
    content: mostly(fc.constantFrom(...pictures), fc.uint8Array({ maxLength: 300 })),
  });
  return fc.tuple(fc.array(part, { maxLength: 4 }), fc.nat(20)).map(([parts, slip]) => {
    const whole = renderForm(parts);
    return slip === 0 ? whole.subarray(0, whole.length >> 1) : whole;
  });
}

function bodyOf({ operation }, { known, pictures, isGood }) {
  const content = operation.requestBody?.content ?? {};
  const choices = Object.entries(content).map(([type, { schema }]) => {
    if (type === 'multipart/form-data' && isGood) {
      const field = Object.keys(schema.properties)[0];
      const body = fc
        .constantFrom(...pictures)
        .map((picture) => renderForm([{ name: field, filename: 'a', content: picture }]));
      return fc.record({ type: fc.constant(`${type}; boundary=${boundary}`), body });
    }
    if (type === 'multipart/form-data')
      return fc.record({ type: fc.constant(`${type}; boundary=${boundary}`), body: formBody(pictures) });
    if (type === 'image/*') {
      return fc.record({
        type: fc.constantFrom('image/png', 'image/jpeg', 'image/x-anything'),
        body: isGood
          ? fc.constantFrom(...pictures)
          : mostly(fc.constantFrom(...pictures), fc.uint8Array({ maxLength: 500 })),
      });
    }
    const allowed = fromSchema(schema, known).map((value) => JSON.stringify(value));
    const json = isGood
      ? allowed
      : fc.oneof(
          { weight: 4, arbitrary: allowed },
          { weight: 4, arbitrary: nearSchema(schema, known).map((value) => JSON.stringify(value)) },
          { weight: 1, arbitrary: oddText },
          {
            weight: 1,
            arbitrary: fc.constantFrom('{', '[1,', '{"__proto__":{}}', '['.repeat(2000), '{"a":1}{"b":2}', '﻿{}'),
          },
        );
    return fc.record({ type: fc.constant('application/json'), body: json });
  });
  const odd = fc.record({
    type: fc.constantFrom('application/json', 'text/plain', 'application/xml', 'image/png', 'multipart/form-data', ''),
    body: fc.oneof(oddText, fc.uint8Array({ maxLength: 100 })),
  });
  if (isGood) return choices.length === 0 ? fc.constant(undefined) : fc.oneof(...choices);
  if (choices.length === 0)
    return fc.oneof({ weight: 12, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: odd });
  return fc.oneof(...choices.map((arbitrary) => ({ weight: 6, arbitrary })), { weight: 1, arbitrary: odd });
}

const extraHeaders = fc.record(
  {
    'x-request-id': fc.constantFrom(...headerTexts),
    traceparent: fc.constantFrom('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', ...headerTexts),
    accept: fc.constantFrom('*/*', 'application/json', 'text/html', 'image/*;q=0', ''),
    'if-none-match': fc.constantFrom('*', '"x"', 'W/"x"', ''),
    range: fc.constantFrom('bytes=0-0', 'bytes=5-1', 'bytes=-1', 'lines=1'),
    authorization: fc.constantFrom('Bearer x', 'Basic eDp5', 'Bearer', ''),
    cookie: fc.constantFrom('a=b', '=', 'session=x; session=y'),
    origin: fc.constantFrom('null', 'http://evil.test'),
    'content-encoding': fc.constantFrom('gzip', 'br', 'x'),
    'x-forwarded-for': fc.constantFrom('1.2.3.4', '::1, evil'),
  },
  { requiredKeys: [] },
);

/** `{ operation, method, address, headers, body }`; `known` are values by field name, `pictures` bytes that decode. */
export function requestsOf(entry, given) {
  return fc.oneof(
    { weight: 1, arbitrary: requestsLike(entry, { ...given, isGood: true }) },
    { weight: 2, arbitrary: requestsLike(entry, { ...given, isGood: false }) },
  );
}

function requestsLike(entry, given) {
  const { isGood } = given;
  return fc
    .record({
      method: fc.oneof(
        { weight: 30, arbitrary: fc.constant(entry.method) },
        { weight: isGood ? 0 : 1, arbitrary: fc.constantFrom(...methods) },
      ),
      address: addressOf(entry, given),
      body: bodyOf(entry, given),
      headers: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: isGood ? 0 : 1, arbitrary: extraHeaders }),
    })
    .map(({ method, address, body, headers }) => {
      const bytes = body && Buffer.from(body.body);
      return {
        operationId: entry.operation.operationId,
        path: entry.path,
        method,
        address,
        headers: {
          ...headers,
          ...(body?.type ? { 'content-type': body.type } : {}),
          // Node frames no body of GET or HEAD by itself.
          ...(bytes ? { 'content-length': bytes.length } : {}),
        },
        body: bytes,
      };
    });
}
