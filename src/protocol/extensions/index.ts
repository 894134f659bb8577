export * from './agreed-extensions.js';
export * from './check-extensions.js';
export * from './extension.js';
export * from './extension-header.js';
export * from './negotiate-client.js';
export * from './negotiate-server.js';
export { MAX_PARAMETERS, uniqueParameters, windowBits } from './parameters.js';
export * from './transform.js';
