// The shape of a value: a literal must be met exactly, the words below stand for types, an array holds items of one
// shape, an object has exactly these keys (and may have __bench).
export type Shape = string | number | boolean | null | readonly Shape[] | { readonly [key: string]: Shape };

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  '<integer>': (value) => Number.isSafeInteger(value),
  '<text>': (value) => typeof value === 'string',
  '<digits>': (value) => typeof value === 'string' && /^\d+$/.test(value),
  '<text?>': (value) => value === null || typeof value === 'string',
  '<time>': (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value),
  '<any>': () => true,
};

/** The differences between a value and its shape; none when it fits. */
export function differences(value: unknown, shape: Shape, path = '$'): string[] {
  if (typeof shape === 'string' && TYPES[shape] !== undefined) {
    return TYPES[shape](value) ? [] : [`${path}: ${JSON.stringify(value)} is no ${shape}`];
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) return [`${path}: no list`];
    const [item] = shape as readonly Shape[];
    return item === undefined
      ? []
      : value.flatMap((entry, index) => differences(entry, item, `${path}[${index}]`));
  }
  if (typeof shape === 'object' && shape !== null) {
    if (typeof value !== 'object' || value === null) return [`${path}: no object`];
    const keys = Object.keys(value).filter((key) => key !== '__bench');
    const wanted = Object.keys(shape);
    const extra = keys.filter((key) => !wanted.includes(key)).map((key) => `${path}.${key}: not expected`);
    return [
      ...extra,
      ...Object.entries(shape).flatMap(([key, inner]) =>
        keys.includes(key)
          ? differences((value as Record<string, unknown>)[key], inner, `${path}.${key}`)
          : [`${path}.${key}: missing`],
      ),
    ];
  }
  return value === shape ? [] : [`${path}: ${JSON.stringify(value)} is not ${JSON.stringify(shape)}`];
}
