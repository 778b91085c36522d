import { describe, expect, it } from 'vitest';
import type { Condition } from '#policy';
import { operatorsFor, withOperator } from './operators.ts';
import { fieldsOf } from './schema-fields.ts';

const schema = {
  type: 'object',
  required: ['status', 'order'],
  $defs: { item: { type: 'object', required: ['price'], properties: { price: { type: 'number' } } } },
  properties: {
    status: { type: 'string', enum: ['draft', 'sent'], description: 'State.' },
    'odd key': { type: 'integer' },
    limit: { anyOf: [{ type: 'integer' }, { type: 'null' }] },
    order: {
      type: 'object',
      required: ['items'],
      properties: { items: { type: 'array', items: { $ref: '#/$defs/item' } } },
    },
  },
};

describe('arguments of a tool', () => {
  const fields = new Map(fieldsOf(schema).map((field) => [field.path, field]));

  it('are found at every depth, as rules write them', () => {
    expect([...fields.keys()]).toEqual([
      'args.status',
      'args["odd key"]',
      'args.limit',
      'args.order',
      'args.order.items',
      'args.order.items[*]',
      'args.order.items[*].price',
    ]);
  });

  it('have types, choices, and say whether every call has them', () => {
    expect(fields.get('args.status')).toMatchObject({
      types: ['string'],
      choices: ['draft', 'sent'],
      required: true,
    });
    expect(fields.get('args.order.items')).toMatchObject({ types: ['array'], required: true });
    expect(fields.get('args.order.items[*].price')).toMatchObject({ types: ['number'], required: false });
    expect(fields.get('args.limit')?.types).toEqual(['number', 'null']);
  });

  it('get only the operators that fit', () => {
    expect(operatorsFor(fields.get('args.status'))).toEqual(['eq', 'neq', 'in', 'not_in', 'exists']);
    expect(operatorsFor(fields.get('args.order.items[*].price'))).toContain('gt');
    expect(operatorsFor(fields.get('args.order.items[*].price'))).not.toContain('regex');
    expect(operatorsFor(fields.get('args.order.items'))).toEqual(['contains', 'exists']);
  });

  it('a schema that refers to itself ends', () => {
    const tree = { properties: { child: { $ref: '#' }, name: { type: 'string' } } };
    expect(fieldsOf(tree).length).toBeLessThan(20);
  });

  it('another operator keeps the value where it can take it', () => {
    const condition: Condition = { path: 'args.a', op: 'gt', value: 5, on_missing: 'match' };
    expect(withOperator(condition, 'lte', undefined)).toEqual({ ...condition, op: 'lte' });
    expect(withOperator(condition, 'exists', undefined)).toEqual({
      path: 'args.a',
      op: 'exists',
      value: true,
    });
  });
});
