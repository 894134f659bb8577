import { type Checks, checkOptions, flag, ofType } from '../../protocol/option-checks.js';
import { type CallProtocol, fieldsOf, isCallId, type ReplyFailure } from './call-protocol.js';

/** The names of the fields, each by default its own. */
export interface EnvelopeFields {
  readonly id?: string;
  readonly request?: string;
  readonly reply?: string;
  readonly error?: string;
  readonly end?: string;
  readonly cancel?: string;
}

/** What {@link envelopes} is told. */
export interface EnvelopeOptions {
  /** Other names for the fields. */
  readonly fields?: EnvelopeFields;
  /** Whether a request may have many replies. Default false. */
  readonly many?: boolean;
}

/** A message of {@link envelopes}. */
export type Envelope = Readonly<Record<string, unknown>>;

const CHECKS: Checks = Object.freeze({ fields: ofType('object'), many: flag });
const NAMES: Required<EnvelopeFields> = Object.freeze({
  id: 'id',
  request: 'request',
  reply: 'reply',
  error: 'error',
  end: 'end',
  cancel: 'cancel',
});
const FIELD_CHECKS: Checks = Object.freeze(
  Object.fromEntries(Object.keys(NAMES).map((name) => [name, ofType('string')])),
);
const FAILURES: Readonly<Record<ReplyFailure, string>> = Object.freeze({
  internal: 'internal error',
  busy: 'too many requests',
  duplicate: 'the id is in use',
});

/**
 * Requests and replies as plain objects, for a link of JSON or of another format that has objects:
 *
 *     { id: 1, request: … }                          asks
 *     { id: 1, reply: … } or { id: 1, error: … }     answers
 *     { id: 1, end: true }                           ends many replies
 *     { id: 1, cancel: true }                        nobody waits any more
 *
 * A reply without a value (JSON leaves out `undefined`) may lack its field. Messages that are none of these are left to others.
 *
 * @throws TypeError for wrong options, and for two fields of one name.
 */
export function envelopes<Request = unknown, Reply = unknown>(
  options: EnvelopeOptions = {},
): CallProtocol<Request, Reply, unknown, Envelope> {
  checkOptions(options, CHECKS);
  const { fields = {}, many = false } = options;
  const names = namesOf(fields);
  return {
    many,
    writeRequest: (id, request) => ({
      ...(id !== undefined && { [names.id]: id }),
      [names.request]: request,
    }),
    writeCancel: (id) => ({ [names.id]: id, [names.cancel]: true }),
    readReply: (message) => {
      const envelope = fieldsOf(message);
      const id = envelope?.[names.id];
      if (envelope === undefined || !isCallId(id)) return undefined;
      const has = (name: string): boolean => Object.hasOwn(envelope, name);
      if (has(names.request) || has(names.cancel)) return undefined;
      if (has(names.error)) return { kind: 'error', id, error: envelope[names.error] };
      if (has(names.end)) return { kind: 'end', id };
      return { kind: 'value', id, value: envelope[names.reply] as Reply };
    },
    readRequest: (message) => {
      const envelope = fieldsOf(message);
      if (envelope === undefined) return undefined;
      const id = envelope[names.id];
      if (isCallId(id) && Object.hasOwn(envelope, names.cancel)) return { kind: 'cancel', id };
      if (!Object.hasOwn(envelope, names.request)) return undefined;
      return {
        kind: 'request',
        id: isCallId(id) ? id : undefined,
        request: envelope[names.request] as Request,
      };
    },
    writeReply: (part) => {
      const rest =
        part.kind === 'value'
          ? { [names.reply]: part.value }
          : part.kind === 'error'
            ? { [names.error]: part.error }
            : { [names.end]: true };
      return { [names.id]: part.id, ...rest };
    },
    failure: (why) => FAILURES[why],
  };
}

function namesOf(fields: EnvelopeFields): Required<EnvelopeFields> {
  checkOptions(fields, FIELD_CHECKS, 'fields.');
  const names = { ...NAMES, ...fields };
  const twice = Object.values(names).find((name, i, all) => all.indexOf(name) !== i);
  if (twice !== undefined) throw new TypeError(`option fields has two fields of one name, '${twice}'`);
  return names;
}
