/** How the command ends, for the shell. */
export const ExitCode = Object.freeze({
  clean: 0,
  error: 1,
  usage: 2,
  /** 128 and the number of the signal, as shells count. */
  interrupted: 130,
  terminated: 143,
} as const);
