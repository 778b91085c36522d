/** cli/: one file per command. A command reads its flags and calls a function from elsewhere. */
export type { Assembly, Compose, Observers, Target, UpstreamParts } from './assembly.ts';
export { createProgram, packageVersion, runProgram } from './program.ts';
