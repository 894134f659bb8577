import { from, tap } from 'rxjs';
import {
  decodeFrames,
  decodeMessages,
  defragment,
  type DecodeOptions,
  inflate,
  validateText,
} from 'rxwire/operators';
import {
  type CloseStatus,
  closeCodeFor,
  InboundExtensions,
  type Message,
  MessageDecoder,
  Opcode,
  parseClose,
  resolveLimits,
  type Role,
} from 'rxwire/protocol';

/** All that a receiver makes of a stream of bytes, in order, in a form that compares. */
export interface Outcome {
  /** `text:…` and `binary:HEX` for messages, `ping:HEX` and `pong:HEX`. */
  readonly events: readonly string[];
  /** What the peer's Close frame said. */
  readonly close: CloseStatus | undefined;
  readonly error: { readonly name: string; readonly code: unknown; readonly closeCode: number } | undefined;
}

type Recorder = { -readonly [Key in keyof Outcome]: Outcome[Key] } & { events: string[] };

/** A way to decode: the same bytes have to mean the same in each. */
export type Decode = (chunks: readonly Uint8Array[], options: DecodeOptions) => Outcome;

/** Bytes to messages in one operator. */
export const inOnePass: Decode = (chunks, options) => {
  const recorder = emptyRecorder();
  from(chunks)
    .pipe(decodeMessages({ ...options, onControl: (opcode, data) => onControl(recorder, opcode, data) }))
    .subscribe({ next: (message) => onMessage(recorder, message), error: (e) => onError(recorder, e) });
  return recorder;
};

/** The same by the parts it is made of. */
export const byParts: Decode = (chunks, options) => {
  const recorder = emptyRecorder();
  const { extensions = [], limits = {} } = options;
  // The last one agreed on is undone first, those of whole messages when their frames are.
  const undo = [...extensions].reverse();
  const inOrder = (['frame', 'message'] as const).flatMap((level) =>
    undo.filter((one) => one.level === level),
  );
  let frames$ = from(chunks).pipe(decodeFrames(options));
  for (const extension of inOrder) frames$ = frames$.pipe(inflate(extension, { limits }));
  frames$
    .pipe(
      validateText(),
      tap(({ opcode, payload }) => onControl(recorder, opcode, payload)),
      defragment({ limits }),
    )
    .subscribe({ next: (message) => onMessage(recorder, message), error: (e) => onError(recorder, e) });
  return recorder;
};

/** The decoder itself, asked until it has nothing more. */
export const byAsking: Decode = (chunks, options) => {
  const recorder = emptyRecorder();
  const decoder = messageDecoder(options, (opcode, data) => onControl(recorder, opcode, data));
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let message; (message = decoder.next(false)) !== undefined;) onMessage(recorder, message);
    }
  } catch (error) {
    onError(recorder, error);
    return recorder;
  }
  return recorder;
};

/** Part by part, joined here; and beside whole messages, which have to be the same. */
export const byStreams: Decode = (chunks, options) => decodeStreams(chunks, options, true);

/** Part by part only: the limits are those of streams. */
export const byStreamsAlone: Decode = (chunks, { limits = {}, ...options }) => {
  const { maxMessageBytes = 1024 * 1024, ...others } = limits;
  return decodeStreams(
    chunks,
    { ...options, limits: { ...others, maxMessageBytes: 0, maxStreamBytes: maxMessageBytes } },
    false,
  );
};

function decodeStreams(chunks: readonly Uint8Array[], options: DecodeOptions, wantsWhole: boolean): Outcome {
  const recorder = emptyRecorder();
  const decoder = messageDecoder(options, (opcode, data) => onControl(recorder, opcode, data));
  let type: Message['type'] = 'binary';
  let parts: Uint8Array[] = [];
  const framesOf: boolean[] = [];
  decoder.parts = {
    wantsWhole,
    beginMessage: (text, _transformed, whole) => {
      expect(whole).toBe(wantsWhole);
      type = text ? 'text' : 'binary';
      parts = [];
    },
    beginFrame: (fin) => framesOf.push(fin),
    part: (bytes) => parts.push(bytes),
    endFrame: () => expect(framesOf).not.toEqual([]),
    endMessage: () => {
      expect(framesOf.indexOf(true)).toBe(framesOf.length - 1);
      framesOf.length = 0;
      const data = Buffer.concat(parts);
      onMessage(recorder, type === 'text' ? { type, data: data.toString() } : { type, data });
    },
  };
  try {
    for (const chunk of chunks) {
      decoder.push(chunk);
      for (let more = true; more;) {
        const whole = decoder.next(false, 1);
        if (whole !== undefined) expect(describeMessage(whole)).toBe(recorder.events.at(-1));
        more = whole !== undefined || decoder.more;
      }
    }
  } catch (error) {
    onError(recorder, error);
  }
  return recorder;
}

/** A decoder with the defaults of the operators. */
export function messageDecoder(
  options: DecodeOptions & { readonly textAs?: 'string' | 'bytes'; readonly validateUtf8?: boolean },
  onControl: (opcode: number, payload: Uint8Array) => void = () => {},
): MessageDecoder {
  const extensions = options.extensions ?? [];
  const decoder = new MessageDecoder({
    limits: resolveLimits(options.limits),
    mask: expectedOf(options.role),
    applyMask: options.applyMask ?? true,
    ownsInput: options.ownsInput ?? false,
    textAs: options.textAs ?? 'string',
    validateUtf8: options.validateUtf8 ?? true,
    onControl,
  });
  if (extensions.length > 0) decoder.extensions = new InboundExtensions(extensions);
  return decoder;
}

function expectedOf(role: Role): 'masked' | 'unmasked' {
  return role === 'server' ? 'masked' : 'unmasked';
}

/** A message as it stands in {@link Outcome.events}. */
export function describeMessage(message: Message<string | Uint8Array>): string {
  if (typeof message.data === 'string') return `text:${message.data}`;
  return `${message.type}:${Buffer.from(message.data).toString('hex')}`;
}

function emptyRecorder(): Recorder {
  return { events: [], close: undefined, error: undefined };
}

function onMessage(recorder: Recorder, message: Message<string | Uint8Array>): void {
  recorder.events.push(describeMessage(message));
}

function onControl(recorder: Recorder, opcode: number, payload: Uint8Array): void {
  if (opcode === Opcode.close) recorder.close = parseClose(payload);
  else if (opcode === Opcode.ping) recorder.events.push(`ping:${Buffer.from(payload).toString('hex')}`);
  else if (opcode === Opcode.pong) recorder.events.push(`pong:${Buffer.from(payload).toString('hex')}`);
}

function onError(recorder: Recorder, error: unknown): void {
  const { name, code } = error as { name: string; code?: unknown };
  recorder.error = { name, code, closeCode: closeCodeFor(error) };
}
