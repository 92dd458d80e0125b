/** @file Who the catalog names for what comes over HTTP as long as nobody authenticates: whoever uses this machine. */
export const localActor = 'local';
