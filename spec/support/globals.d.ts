/** The `process` that Node itself emits 'warning' on: the `process` of a spec is a copy (see environment.cjs). */
declare const hostProcess: NodeJS.Process;
