/** Makes the error for those who asked to fail, if there is one: nearly always nobody did, and an error is dear. */
export type EndError = () => Error | undefined;
