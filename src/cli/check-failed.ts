/** Thrown by a command whose check found faults that it has printed already: exit code 1, nothing more to say. */
export class CheckFailed extends Error {}
