/** The command line was wrong. Its text says what was expected and what came. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Runs `make`; what the library refuses as a wrong option becomes a UsageError, since the command line gave it.
 *
 * @param flags - The flag of each option, which stands in its place in the text.
 */
export function asUsageError<T>(make: () => T, flags: Readonly<Record<string, string>> = {}): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) {
      throw new UsageError(inFlags(error.message, flags), { cause: error });
    }
    throw error;
  }
}

function inFlags(message: string, flags: Readonly<Record<string, string>>): string {
  return message.replace(/(?:\b(?:the )?option |^)"?(\w+)"?/g, (words, name: string) =>
    Object.hasOwn(flags, name) ? (flags[name] ?? words) : words,
  );
}
