/** @file JSON Schema -> values: those that it allows, and those that are nearly so. */
import * as fc from 'fast-check';

/** Texts that have broken other servers: paths, control characters, numbers that are none, templates, very long ones. */
export const oddTexts = [
  '',
  ' ',
  '\0',
  '..',
  '../../etc/passwd',
  '%2e%2e%2f',
  '%',
  '%zz',
  '\\',
  '/',
  '//',
  ';',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '-1',
  '0',
  '1e999',
  '9'.repeat(30),
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  '${7*7}',
  '{{7*7}}',
  '\r\nx-evil: 1',
  '\u202e',
  '\ufeff',
  '😀',
  '\ud800',
  'ü'.repeat(500),
  'x'.repeat(5000),
];
export const oddText = fc.oneof(
  fc.constantFrom(...oddTexts),
  fc.string(),
  fc.string({ unit: 'binary', maxLength: 50 }),
);

const oddValue = fc.oneof(
  oddText,
  fc.constantFrom(null, true, -1, 0, 1.5, 1e308, 2 ** 53, [], {}, [[]], { a: { b: {} } }),
  fc.jsonValue({ maxDepth: 3 }),
);

const numbers = ({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) => ({
  min: minimum ?? exclusiveMinimum,
  max: maximum ?? exclusiveMaximum,
});

/** Values that the schema allows. `known` gives those that mean something, by the name of their field. */
export function fromSchema(schema, known = {}, name = '') {
  const allowed = fromSchemaAlone(schema, known);
  return known[name] ? fc.oneof(fc.constantFrom(...known[name]), allowed) : allowed;
}

function fromSchemaAlone(schema, known) {
  if (schema === true || schema === undefined || Object.keys(schema).length === 0) return fc.jsonValue({ maxDepth: 2 });
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map((choice) => fromSchema(choice, known)));
  const types = [schema.type ?? 'object'].flat();
  return fc.oneof(...types.map((type) => ofType[type](schema, known)));
}

const ofType = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer(schema) {
    const { min = -(2 ** 53) + 1, max = 2 ** 53 - 1 } = numbers(schema);
    return fc.oneof(fc.integer({ min: Math.max(min, -1000), max: Math.min(max, 1000) }), fc.constantFrom(min, max));
  },
  number: (schema) => fc.double({ noNaN: true, noDefaultInfinity: true, ...numbers(schema) }),
  string({ pattern, minLength = 0, maxLength = 40 }) {
    if (pattern) return fc.stringMatching(new RegExp(pattern, 'u'));
    return fc.string({ minLength, maxLength: Math.min(maxLength, 60) });
  },
  array: ({ items, minItems = 0, maxItems = 5 }, known) =>
    fc.array(fromSchema(items, known), { minLength: minItems, maxLength: Math.min(maxItems, minItems + 4) }),
  object({ properties = {}, required = [], additionalProperties }, known) {
    const record = fc.record(
      Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, fromSchema(of, known, name)])),
      { requiredKeys: required },
    );
    if (!additionalProperties || Object.keys(properties).length > 0) return record;
    return fc.dictionary(fc.string({ maxLength: 20 }), fromSchema(additionalProperties, known), { maxKeys: 4 });
  },
};

/** An allowed value with one thing wrong: a field left out, one too many, one of another kind; or another value altogether. */
export function nearSchema(schema, known) {
  const spoil = fc.tuple(fromSchema(schema, known), oddValue, oddText, fc.nat()).map(([value, odd, key, at]) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return odd;
    const keys = Object.keys(value);
    const chosen = keys[at % Math.max(1, keys.length)];
    const ways = [
      () => Object.fromEntries(Object.entries(value).filter(([name]) => name !== chosen)),
      () => ({ ...value, [key]: odd }),
      () => (chosen === undefined ? odd : { ...value, [chosen]: odd }),
      () => [value],
    ];
    return ways[at % ways.length]();
  });
  return fc.oneof({ weight: 3, arbitrary: spoil }, { weight: 1, arbitrary: oddValue });
}
