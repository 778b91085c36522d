/**
 * The known ways to abuse what agents may do with tools: each with something that really happened, the rule that stops it as a
 * policy with example calls, and what no rule can do.
 */
import type { AttackPattern } from './attack-pattern.ts';
import { compromisedMcpPackage } from './compromised-mcp-package.ts';
import { confusedDeputy } from './confused-deputy.ts';
import { credentialLeakViaErrors } from './credential-leak-via-errors.ts';
import { dataExfiltrationViaToolChaining } from './data-exfiltration-via-tool-chaining.ts';
import { destructiveActionAutonomy } from './destructive-action-autonomy.ts';
import { indirectPromptInjection } from './indirect-prompt-injection.ts';
import { mcpRugPull } from './mcp-rug-pull.ts';
import { mcpTyposquatting } from './mcp-typosquatting.ts';
import { runawayToolLoops } from './runaway-tool-loops.ts';
import { toolPoisoning } from './tool-poisoning.ts';

export type {
  AttackCase,
  AttackGroup,
  AttackIncident,
  AttackPattern,
  AttackPolicy,
  AttackRepetition,
  AttackStop,
  PublicSource,
} from './attack-pattern.ts';
export { attacksFor, type AttackSurface } from './attacks-for.ts';

/** All attack patterns, in the order in which they are shown. */
export const ATTACK_PATTERNS: readonly AttackPattern[] = [
  destructiveActionAutonomy,
  runawayToolLoops,
  confusedDeputy,
  indirectPromptInjection,
  dataExfiltrationViaToolChaining,
  toolPoisoning,
  mcpRugPull,
  mcpTyposquatting,
  compromisedMcpPackage,
  credentialLeakViaErrors,
];
