import type { Duplex } from 'node:stream';
import type { Compression, Role } from '../case.js';
import { DeflateCodec } from '../deflate-codec.js';
import { Complaint } from '../signal.js';

const NAME = 'permessage-deflate';
const MOST_BITS = 15;

type Parameters = ReadonlyMap<string, string>;

/** What a client writes that wants this. RFC 7692 section 7.1. */
export function offerOf(compression: Compression | undefined): string | undefined {
  return compression && [NAME, ...parametersOf(compression)].join('; ');
}

/** What a server writes that agrees to this: everything but `client_max_window_bits` may come unasked. */
export function answerTo(
  offer: string | undefined,
  compression: Compression | undefined,
): string | undefined {
  if (compression === undefined) return undefined;
  const offered = offer === undefined ? undefined : parse(offer);
  if (offered === undefined) throw new Complaint('the client does not offer permessage-deflate');
  if (compression.clientMaxWindowBits !== undefined && !offered.has('client_max_window_bits')) {
    throw new Complaint('the client does not offer client_max_window_bits');
  }
  return [NAME, ...parametersOf(compression)].join('; ');
}

/** What was agreed on, by `agree`; if that is wrong, nothing is left of the connection. */
export function agreedOn<Codec>(
  connection: { terminate(): void },
  stream: Duplex,
  agree: () => Codec,
): Codec {
  try {
    return agree();
  } catch (error) {
    connection.terminate();
    stream.destroy();
    throw error;
  }
}

/**
 * The codec of the endpoint's peer.
 *
 * @param endpoint - What the endpoint plays.
 * @param answer - What the server's head says.
 */
export function codecFor(
  endpoint: Role,
  wanted: Compression | undefined,
  answer: string | undefined,
): DeflateCodec | undefined {
  if (wanted === undefined) {
    if (answer !== undefined) throw new Complaint(`the server agrees to ${answer}, which was not offered`);
    return undefined;
  }
  const agreed = answer === undefined ? undefined : parse(answer);
  if (agreed === undefined) throw new Complaint('the server does not agree to permessage-deflate');
  if (wanted.serverNoContextTakeover === true && !agreed.has('server_no_context_takeover')) {
    throw new Complaint('the server does not agree to server_no_context_takeover');
  }
  const serverBits = bitsOf(agreed, 'server_max_window_bits');
  if (serverBits > (wanted.serverMaxWindowBits ?? MOST_BITS)) {
    throw new Complaint(
      `the server agrees to server_max_window_bits=${serverBits}, which is more than was offered`,
    );
  }
  const server = { windowBits: serverBits, takeover: !agreed.has('server_no_context_takeover') };
  const client = {
    windowBits: Math.min(bitsOf(agreed, 'client_max_window_bits'), wanted.clientMaxWindowBits ?? MOST_BITS),
    takeover: !agreed.has('client_no_context_takeover') && wanted.clientNoContextTakeover !== true,
  };
  return new DeflateCodec(
    endpoint === 'server' ? { deflate: client, inflate: server } : { deflate: server, inflate: client },
  );
}

function parametersOf(compression: Compression): string[] {
  return [
    compression.serverNoContextTakeover === true ? 'server_no_context_takeover' : '',
    compression.clientNoContextTakeover === true ? 'client_no_context_takeover' : '',
    compression.serverMaxWindowBits === undefined
      ? ''
      : `server_max_window_bits=${compression.serverMaxWindowBits}`,
    compression.clientMaxWindowBits === undefined
      ? ''
      : `client_max_window_bits=${compression.clientMaxWindowBits}`,
  ].filter((parameter) => parameter !== '');
}

/** The parameters of the first element for permessage-deflate. */
function parse(header: string): Parameters | undefined {
  for (const element of header.split(',')) {
    const [name, ...parameters] = element.split(';').map((part) => part.trim());
    if (name !== NAME) continue;
    return new Map(
      parameters.map((parameter) => {
        const [key = '', value = ''] = parameter.split('=').map((word) => word.trim());
        return [key, value];
      }),
    );
  }
  return undefined;
}

function bitsOf(parameters: Parameters, name: string): number {
  const text = parameters.get(name);
  return text === undefined || text === '' ? MOST_BITS : Number(text);
}
