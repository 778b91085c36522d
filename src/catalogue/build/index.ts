/**
 * catalogue/build: how the records come to be: scans of real servers, and the records made of their answers. A room of its own
 * door, for it carries a client and a tokenizer that nobody who only serves the catalogue needs.
 *
 * - A package that nobody here knows is installed without its scripts and runs in a sandbox, or not at all.
 * - What did not answer is kept as such, with the reason; nothing is invented.
 */
export { readCandidates, type Candidate } from './candidates.ts';
export { recordsFromScans, recordScan, slugsInUse, type BuildReport } from './records-from-scans.ts';
export { keepScan, scanCandidates, type KeptScan } from './scan-candidates.ts';
export { listTools, type Endpoint, type ListFailure } from '../scan/list-tools.ts';
export { scanNpmPackage, type NpmScan, type Runtime } from '../scan/scan-npm.ts';
export type { Installer } from '../scan/npm-package.ts';
export type { Scan, ScanAnswer, ScanFailure, ScannedTool } from '../scan/scan.ts';
