/** @file Whether a reply is one that the OpenAPI document promises. */
import { Ajv2020 } from 'ajv/dist/2020.js';

const problemType = 'application/problem+json';
/** Of requests that could not even be read, and so have no name. */
const unread = [400, 408, 431];
/** Of requests that met no operation: another method, a path that the router does not know, bytes that are no HTTP. */
const unrouted = [400, 401, 403, 404, 405, 408, 413, 414, 415, 429, 431];

export function openJudge(document) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const compiled = new Map();
  const validate = (schema, value) => {
    if (!compiled.has(schema)) compiled.set(schema, ajv.compile(schema));
    const check = compiled.get(schema);
    return check(value) ? undefined : ajv.errorsText(check.errors);
  };
  const anyOperation = Object.values(document.paths)[0];
  const problemSchema = Object.values(anyOperation)[0].responses.default.content[problemType].schema;

  const judgeProblem = (reply) => {
    if (!reply.type.startsWith(problemType)) return `a ${reply.status} of type ${reply.type || 'none'}`;
    const problem = JSON.parse(reply.text);
    if (problem.status !== reply.status) return `a problem of status ${problem.status} in a reply of ${reply.status}`;
    return validate(problemSchema, problem);
  };

  const judgeContent = (reply, declared) => {
    if (reply.status === 304 || !declared.content) return undefined;
    const entry = Object.entries(declared.content).find(([type]) =>
      new RegExp(`^${type.replace('+', '\\+').replace('*', '[^;]+')}(;|$)`).test(reply.type),
    );
    if (!entry) return `type ${reply.type || 'none'}, declared are ${Object.keys(declared.content).join(', ')}`;
    return /json/.test(entry[0]) ? validate(entry[1].schema, JSON.parse(reply.text)) : undefined;
  };

  /** What is wrong with the reply; undefined where nothing is. */
  return function judge(request, reply) {
    try {
      if (reply.status >= 500) return `${reply.status} ${reply.text.slice(0, 300)}`;
      if (request.method === 'HEAD' || request.method === 'OPTIONS') return undefined;
      if (!reply.headers.get('x-request-id') && !unread.includes(reply.status)) return 'no x-request-id';
      const declared = document.paths[request.path]?.[request.method.toLowerCase()]?.responses ?? {};
      // An odd path may lead to the page or the documentation.
      if (reply.type.startsWith('text/html') && reply.status === 200) return undefined;
      const own = declared[reply.status];
      if (own) return judgeContent(reply, own);
      if (reply.status < 400) return `${reply.status}, which is not declared`;
      if (!declared.default && !unrouted.includes(reply.status)) return `${reply.status}, which no unknown address has`;
      return judgeProblem(reply);
    } catch (error) {
      return `a body that cannot be read: ${error.message}`;
    }
  };
}
