/** cli/: one file per command. A command reads its flags and calls a function from elsewhere. */
export type { AssembleOptions, Assembly, Compose, Observers, Target, UpstreamParts } from './assembly.ts';
export { packageVersion } from './package-version.ts';
export { createProgram, runProgram } from './program.ts';
