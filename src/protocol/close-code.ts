/** The registered close codes by name. RFC 6455 section 7.4.1 and the IANA registry. */
export const CloseCode = Object.freeze({
  normal: 1000,
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  /** Never on the wire: the Close frame had no code. */
  noStatus: 1005,
  /** Never on the wire: no Close frame came. */
  abnormal: 1006,
  invalidData: 1007,
  policyViolation: 1008,
  messageTooBig: 1009,
  mandatoryExtension: 1010,
  internalError: 1011,
  serviceRestart: 1012,
  tryAgainLater: 1013,
  badGateway: 1014,
} as const);

/**
 * Whether a Close frame may carry the code: 1000 to 1003, 1007 to 1014, 3000 to 4999. RFC 6455 section 7.4.
 * 1004, 1005, 1006 and 1015 are reserved and never sent; 1016 to 2999 are not assigned.
 */
export function isWireCloseCode(code: number): boolean {
  return (
    Number.isInteger(code) &&
    ((code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999))
  );
}
