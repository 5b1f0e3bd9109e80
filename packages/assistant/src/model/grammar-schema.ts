/** A JSON schema as node-llama-cpp's grammars know them, so that what is generated under one is valid, and ends. */

/** Letters of a string, and entries of an array, whose schema names no bound: a weak model would go on for ever. */
const MOST_LETTERS = 300;
const MOST_ENTRIES = 6;
/** Integers of a range up to this wide are listed; the grammar knows no bounds of numbers. */
const WIDEST_RANGE = 100;

type Schema = Readonly<Record<string, unknown>>;

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param schema of draft 2020-12, as Zod writes it */
export function grammarSchema(schema: Schema): Record<string, unknown> {
  const { $schema: _, minimum, maximum, anyOf, allOf, additionalProperties, required, ...rest } = schema;
  const all = (value: unknown): unknown[] =>
    Array.isArray(value) ? value.map((each) => (isSchema(each) ? grammarSchema(each) : each)) : [];
  const alternatives = anyOf ?? rest.oneOf;
  if (alternatives !== undefined) return { oneOf: all(alternatives) };
  if (Array.isArray(allOf) && isSchema(allOf[0])) return grammarSchema(allOf[0]);
  if (Array.isArray(rest.type))
    return {
      oneOf: rest.type.map((type: unknown) => grammarSchema({ ...rest, minimum, maximum, type })),
    };
  if ('const' in rest || 'enum' in rest) return rest;
  switch (rest.type) {
    case 'integer':
      if (typeof minimum === 'number' && typeof maximum === 'number' && maximum - minimum <= WIDEST_RANGE)
        return { enum: Array.from({ length: maximum - minimum + 1 }, (_, at) => minimum + at) };
      return { type: 'integer' };
    case 'string':
      return {
        type: 'string',
        ...(typeof rest.minLength === 'number' ? { minLength: rest.minLength } : {}),
        maxLength: typeof rest.maxLength === 'number' ? rest.maxLength : MOST_LETTERS,
      };
    case 'array':
      return {
        type: 'array',
        ...(isSchema(rest.items) ? { items: grammarSchema(rest.items) } : {}),
        ...(typeof rest.minItems === 'number' ? { minItems: rest.minItems } : {}),
        maxItems: Math.min(typeof rest.maxItems === 'number' ? rest.maxItems : MOST_ENTRIES, MOST_ENTRIES),
      };
    case 'object': {
      const properties = isSchema(rest.properties) ? rest.properties : {};
      return {
        type: 'object',
        properties: Object.fromEntries(
          Object.entries(properties).map(([key, value]) => [
            key,
            isSchema(value) ? grammarSchema(value) : value,
          ]),
        ),
      };
    }
    default:
      return rest;
  }
}
