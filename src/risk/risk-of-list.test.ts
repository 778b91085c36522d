import { describe, expect, it } from 'vitest';
import { riskOfList } from './risk-of-list.ts';

describe('the governing classes of a list', () => {
  it('are found once for one array, with siblings', () => {
    const list = [{ name: 'add_tag' }, { name: 'remove_tag' }, { name: 'remove_team' }, { name: 'kubectl' }];
    const risks = riskOfList(list);
    expect(list.map((tool) => risks.get(tool))).toEqual(['write', 'write', 'destructive', undefined]);
    expect(riskOfList(list)).toBe(risks);
    expect(riskOfList([...list])).not.toBe(risks);
  });

  it('stop where the list is too long, and then count as execute', () => {
    const list = Array.from({ length: 5_000 }, (_, i) => ({ name: `get_${i}`, description: 'Gets it.' }));
    const risks = riskOfList(list);
    expect(risks.get(list[0] ?? { name: '' })).toBe('read');
    expect(risks.size).toBeGreaterThan(1_000);
    expect(risks.get(list.at(-1) ?? { name: '' })).toBeUndefined();
  });

  it('stop where the descriptions are too long', () => {
    const list = Array.from({ length: 50 }, (_, i) => ({
      name: `get_${i}`,
      description: 'Gets it. '.repeat(1_500),
    }));
    expect(riskOfList(list).size).toBeLessThan(25);
  });
});
