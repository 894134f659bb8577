/**
 * An extension of the protocol: behind every message stands a code that only those can make who know the key. A message that was
 * changed, left out, repeated or moved is found out, and fails the connection. `node examples/checksum.ts`, on Node 24 or newer, runs a
 * server and a client that speak it, beside compression.
 *
 * It does not hide what is sent, does not cover control frames or whether a message is text or binary, and cannot tell two connections
 * with the same key apart. TLS does all of that; this is here for its form.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { firstValueFrom } from 'rxjs';
import {
  type Agreement,
  CloseCode,
  type Extension,
  type ExtensionParameters,
  LimitError,
  makeFrame,
  NegotiationError,
  Opcode,
  openConnection,
  openServer,
  permessageDeflate,
  ProtocolError,
  type Role,
  type Transform,
  type TransformSession,
} from 'rxwire';

const NAME = 'x-checksum';
const PARAMETERS: ExtensionParameters = [{ name: 'mac', value: 'sha256' }];
/** Half of what SHA-256 gives: as hard to guess as it has to be. */
const CODE_BYTES = 16;

/** The codes of what one side sends on one connection. */
class Codes {
  readonly sender: Role;
  /** Messages that have passed. It is part of each code, and so is the sender: none fits in another place, or the other way. */
  passed = 0;
  readonly #key: Uint8Array;

  constructor(key: Uint8Array, sender: Role) {
    this.#key = key;
    this.sender = sender;
  }

  /** The code of the next message. */
  of(payload: Uint8Array): Buffer {
    const place = `${this.sender} ${this.passed}\n`;
    return createHmac('sha256', this.#key).update(place).update(payload).digest().subarray(0, CODE_BYTES);
  }
}

/** Puts the code behind what this side sends. */
function signing(codes: Codes): Transform {
  return wholly((payload, maxBytes) => {
    if (payload.length + CODE_BYTES > maxBytes) throw tooLong(maxBytes);
    const signed = Buffer.concat([payload, codes.of(payload)]);
    codes.passed++;
    return signed;
  });
}

/** Takes the code off what the peer sent, if it is the right one. */
function checking(codes: Codes): Transform {
  return wholly((payload, maxBytes) => {
    const end = payload.length - CODE_BYTES;
    // Nothing has happened yet: the payload may come again, in pieces.
    if (end > maxBytes) throw tooLong(maxBytes);
    const data = payload.subarray(0, Math.max(end, 0));
    // Compared in the same time however much of it is right.
    if (end < 0 || !timingSafeEqual(payload.subarray(end), codes.of(data))) {
      throw new ProtocolError(
        `message ${codes.passed + 1} of the ${codes.sender} has a wrong code: it was changed, or one is missing or out of place`,
        { section: NAME, closeCode: CloseCode.policyViolation },
      );
    }
    codes.passed++;
    return data;
  });
}

/** A transform that wants all of a payload before it begins: pieces are collected, up to what a payload may have. */
function wholly(whole: Transform['whole']): Transform {
  const open = (maxBytes: number): TransformSession => {
    const pieces: Uint8Array[] = [];
    let left = maxBytes + CODE_BYTES;
    let over = false;
    return {
      push(piece, last, emit, done) {
        let failure: Error | undefined;
        try {
          left -= piece.length;
          if (left < 0) throw tooLong(maxBytes);
          // It is the caller's again after `done`.
          pieces.push(Uint8Array.from(piece));
          if (last) emit(whole(Buffer.concat(pieces), maxBytes));
        } catch (error) {
          failure = error as Error;
        }
        if (!over) done(failure);
      },
      abort() {
        over = true;
      },
    };
  };
  return { whole, open };
}

function tooLong(maxBytes: number): LimitError {
  const details = { option: 'maxMessageBytes', limit: maxBytes, closeCode: CloseCode.messageTooBig };
  return new LimitError(`message is over the limit of ${maxBytes} bytes (maxMessageBytes)`, details);
}

function isKnown(parameters: ExtensionParameters): boolean {
  const [mac] = parameters;
  return parameters.length === 1 && mac?.name === 'mac' && mac.value === 'sha256';
}

/** The extension, for any number of connections. @param key - At least 16 random octets, which both sides have. */
export function checksum(key: Uint8Array): Extension {
  const agree = (own: Role, peer: Role): Agreement => ({
    parameters: PARAMETERS,
    outbound: () => signing(new Codes(key, own)),
    inbound: () => checking(new Codes(key, peer)),
  });
  return {
    name: NAME,
    // It owns no reserved bit. A bit would tell which messages have a code, and whoever cleared it would get by without one.
    rsv: 0,
    level: 'message',
    offer: () => [PARAMETERS],
    accept: (offer) => (isKnown(offer) ? agree('server', 'client') : undefined),
    confirm(answer) {
      if (!isKnown(answer)) throw new NegotiationError(`the server answered ${NAME} with other parameters`);
      return agree('client', 'server');
    },
  };
}

async function talk(): Promise<void> {
  // From where secrets are kept, if the two were not in one process.
  const key = randomBytes(32);

  await using server = await openServer({
    host: '127.0.0.1',
    compression: true,
    extensions: [checksum(key)],
  });
  server.connections$.subscribe((connection) => {
    // Whoever did not offer it is connected all the same: an extension is only ever offered.
    if (!connection.extensions.includes(NAME)) connection.close(CloseCode.policyViolation, `${NAME} only`);
    else connection.messages$.subscribe(connection.outbox);
  });

  // The client's order counts: a message gets its code first and is compressed then, so that the code is of what was meant.
  await using connection = await openConnection(server.url, {
    extensions: [checksum(key), permessageDeflate()],
  });
  if (!connection.extensions.includes(NAME)) {
    connection.close(CloseCode.mandatoryExtension, NAME);
    return;
  }
  console.log(connection.extensions.join(', '));

  connection.send('pay Ann 5');
  console.log((await firstValueFrom(connection.messages$)).data);

  // A frame of somebody in between who does not know the key.
  connection.sendFrame(makeFrame(Opcode.text, 'pay Eve 5000'));
  const { code, reason } = await firstValueFrom(connection.closed$);
  console.log(`closed with ${code}: ${reason}`);
}

/** Resolves when the connection has closed. */
export const talked = talk();
