/**
 * upstream/pins/: the definitions of tools that people accepted, and what is different since.
 *
 * - A definition is what a model is told: name, title, description, schemas and annotations; its hash is the same for the same.
 * - Nothing is accepted here by itself: a person accepts, by publishing a policy or one by one.
 */
export { definitionDiff, type DefinitionChange } from './definition-diff.ts';
export { canonicalDefinition, definitionHash, type DefinedTool } from './definition-hash.ts';
export { driftOf, pinsOf } from './drift.ts';
export {
  createDriftWatch,
  pinPublished,
  type DriftEvent,
  type DriftWatch,
  type DriftWatchParts,
} from './drift-watch.ts';
