/** The command line was wrong. Its text says what was expected and what came. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Runs `make`; what the library refuses as a wrong option becomes a UsageError, since the command line gave it. */
export function asUsageError<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new UsageError(error.message, { cause: error });
    }
    throw error;
  }
}
