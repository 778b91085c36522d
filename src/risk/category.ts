/** What a tool can do to the world, worst last (DESIGN words: risk category). */
export const RISK_CATEGORIES = ['read', 'write', 'execute', 'destructive', 'financial'] as const;
export type RiskCategory = (typeof RISK_CATEGORIES)[number];

export type RiskLevel = 'low' | 'medium' | 'high' | 'critical';

const LEVEL_OF: Record<RiskCategory, RiskLevel> = {
  read: 'low',
  write: 'medium',
  execute: 'high',
  destructive: 'critical',
  financial: 'critical',
};

/** The risk level is a pure function of the category. */
export function riskLevelOf(category: RiskCategory): RiskLevel {
  return LEVEL_OF[category];
}
