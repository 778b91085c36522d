import { effectOn } from '../../builder/effect.ts';
import { knownTools, readText, type ClassedTool } from '../../builder/model.ts';
import { emptyReach, type Reach } from './sum-of-reach.ts';

/**
 * What the policies of a server let through of its tools, by class. A grant carries one of them, so that each tool counts by the widest.
 * Apart from what shows it: it brings the engine along.
 */
export function reachOf(tools: readonly ClassedTool[], policies: readonly string[]): Reach {
  const known = knownTools(tools);
  const compiled = policies.flatMap((text) => {
    const read = readText(text, 'in force');
    return read.ok ? [read.policy] : [];
  });
  const reach = emptyReach();
  for (const { name, risk } of tools) {
    const outcomes = compiled.map((policy) => effectOn(policy, name, known.get(name)).outcome);
    const cell = reach[risk.category];
    cell.tools++;
    if (outcomes.includes('allowed')) cell.open++;
    else if (outcomes.includes('held')) cell.held++;
  }
  return reach;
}
