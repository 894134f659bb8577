/** The version of the package. A spec holds it to package.json, which the CommonJS and the ES build could not both find. */
export const VERSION = '0.1.0';
