/** risk/: the classes of risk a tool can have. Pure. */
export { RISK_CATEGORIES, riskLevelOf, type RiskCategory, type RiskLevel } from './category.ts';
