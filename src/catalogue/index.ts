/**
 * catalogue/: what is known of MCP servers and their tools: records, the index over them, the pages and the registry.
 *
 * - Records hold facts; other people's prose stays in the data folder of whoever scanned.
 * - Whatever a server wrote is inert text here, of bounded length.
 * - Every policy that is shown is made by code, valid, and described by the engine.
 */
export { openCatalogue, type Catalogue, type CatalogueOptions } from './open-catalogue.ts';
export { createSite } from './pages/site.ts';
export type { StackEntry, StartTemplate } from './registration.ts';
export { indexRecords, openCurrentIndex } from './records/index-records.ts';
export { recordFiles, type RecordFiles } from './records/record-files.ts';
