import { answerTo, mismatch, offersOf } from '../../../src/protocol/permessage-deflate/negotiation.js';
import {
  type CompressionOptions,
  resolveCompression,
} from '../../../src/protocol/permessage-deflate/options.js';
import {
  type DeflateParameters,
  readParameters,
  writeParameters,
} from '../../../src/protocol/permessage-deflate/parameters.js';
import { parameters, written } from './headers.js';

const NONE: DeflateParameters = {
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
  serverMaxWindowBits: undefined,
  clientMaxWindowBits: undefined,
};
const BITS = [8, 9, 10, 11, 12, 13, 14, 15] as const;
const OPTIONAL_BITS = [undefined, ...BITS] as const;
const FLAGS = [false, true] as const;

/** Own options that have no bound unless it is given. */
function own(options: CompressionOptions): ReturnType<typeof resolveCompression> {
  return resolveCompression({ preset: 'large', ...options });
}

/** Options of which those are left out that are undefined. */
function given(options: {
  readonly [Name in keyof CompressionOptions]: CompressionOptions[Name] | undefined;
}): CompressionOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

describe('readParameters', () => {
  const INVALID = [
    ['foo', 'unknown parameter "foo"'],
    ['Server_no_context_takeover', 'unknown parameter "Server_no_context_takeover"'],
    ['__proto__', 'unknown parameter "__proto__"'],
    [
      'server_no_context_takeover; server_no_context_takeover',
      'server_no_context_takeover twice, expected it once',
    ],
    [
      'server_max_window_bits=10; server_max_window_bits=10',
      'server_max_window_bits twice, expected it once',
    ],
    ['server_no_context_takeover=', 'server_no_context_takeover="", expected no value'],
    ['server_no_context_takeover=true', 'server_no_context_takeover="true", expected no value'],
    ['client_no_context_takeover=1', 'client_no_context_takeover="1", expected no value'],
    ['server_max_window_bits', 'server_max_window_bits without a value, expected 8 to 15'],
    ...[
      '',
      '0',
      '7',
      '16',
      '08',
      '+8',
      '-8',
      '8.0',
      '1e1',
      '10 ',
      ' 10',
      '0x9',
      '٩',
      '100',
      '1O',
      '9a',
    ].flatMap((value) =>
      ['server_max_window_bits', 'client_max_window_bits'].map(
        (name) => [`${name}=${value}`, `${name}=${JSON.stringify(value)}, expected 8 to 15`] as const,
      ),
    ),
  ] as const;

  it.each(INVALID)('finds what is wrong with "%s", in an offer and in an answer', (text, problem) => {
    for (const form of ['offer', 'answer'] as const) {
      expect(readParameters(parameters(text), form)).toBe(problem);
    }
  });

  it('takes client_max_window_bits without a value in an offer only', () => {
    const list = parameters('client_max_window_bits');
    expect(readParameters(list, 'offer')).toEqual({ ...NONE, clientMaxWindowBits: 'any' });
    expect(readParameters(list, 'answer')).toBe('client_max_window_bits without a value, expected 8 to 15');
  });

  it('reads what is written, each combination', () => {
    for (const serverNoContextTakeover of FLAGS) {
      for (const clientNoContextTakeover of FLAGS) {
        for (const serverMaxWindowBits of OPTIONAL_BITS) {
          for (const clientMaxWindowBits of [...OPTIONAL_BITS, 'any'] as const) {
            const wanted = {
              serverNoContextTakeover,
              clientNoContextTakeover,
              serverMaxWindowBits,
              clientMaxWindowBits,
            };
            expect(readParameters(writeParameters(wanted), 'offer')).toEqual(wanted);
          }
        }
      }
    }
  });
});

describe('a server’s answer', () => {
  it.each(OPTIONAL_BITS.flatMap((mine) => OPTIONAL_BITS.map((offered) => [mine, offered] as const)))(
    'of a window of its own of %p to an offer of %p',
    (mine, offered) => {
      const answer = answerTo(
        { ...NONE, serverMaxWindowBits: offered },
        own(given({ serverMaxWindowBits: mine })),
      );
      if (offered === 8) {
        expect(answer).toBeUndefined();
      } else {
        const bounds = [mine, offered].filter((bits) => bits !== undefined);
        expect(answer).toEqual({
          ...NONE,
          serverMaxWindowBits: bounds.length === 0 ? undefined : Math.min(...bounds),
        });
      }
    },
  );

  it.each(
    OPTIONAL_BITS.flatMap((mine) =>
      [...OPTIONAL_BITS, 'any' as const].flatMap((offered) =>
        FLAGS.map((require) => [mine, offered, require] as const),
      ),
    ),
  )(
    'that wants a window of the client of %p, to an offer of %p, require: %p',
    (mine, offered, requireWindowBits) => {
      const options = own(given({ clientMaxWindowBits: mine, requireWindowBits }));
      const answer = answerTo({ ...NONE, clientMaxWindowBits: offered }, options);
      if (offered === undefined) {
        expect(answer).toEqual(requireWindowBits && mine !== undefined ? undefined : NONE);
      } else {
        const bounds = [mine, offered].filter((bits) => typeof bits === 'number');
        expect(answer).toEqual({
          ...NONE,
          clientMaxWindowBits: bounds.length === 0 ? undefined : Math.min(...bounds),
        });
      }
    },
  );

  it('has each flag that either side asks for', () => {
    for (const name of ['serverNoContextTakeover', 'clientNoContextTakeover'] as const) {
      for (const mine of FLAGS) {
        for (const offered of FLAGS) {
          const answer = answerTo({ ...NONE, [name]: offered }, own({ [name]: mine }));
          expect(answer).toEqual({ ...NONE, [name]: mine || offered });
        }
      }
    }
  });

  it('is always an answer to the offer', () => {
    for (const serverNoContextTakeover of FLAGS) {
      for (const serverMaxWindowBits of OPTIONAL_BITS) {
        for (const clientMaxWindowBits of [...OPTIONAL_BITS, 'any'] as const) {
          for (const preset of ['small', 'stateless', 'large'] as const) {
            const offer = { ...NONE, serverNoContextTakeover, serverMaxWindowBits, clientMaxWindowBits };
            const answer = answerTo(offer, resolveCompression({ preset }));
            if (answer === undefined) continue;
            expect(mismatch(answer, offer)).toBeUndefined();
            expect(readParameters(writeParameters(answer), 'answer')).toEqual(answer);
          }
        }
      }
    }
  });
});

describe('a client', () => {
  it.each<[CompressionOptions, string[]]>([
    [{}, ['client_max_window_bits']],
    [{ preset: 'small' }, ['client_max_window_bits']],
    [{ preset: 'large' }, ['client_max_window_bits']],
    [
      { preset: 'stateless' },
      [
        'server_no_context_takeover; client_no_context_takeover; client_max_window_bits',
        'client_max_window_bits',
      ],
    ],
    [
      { serverNoContextTakeover: true },
      ['server_no_context_takeover; client_max_window_bits', 'client_max_window_bits'],
    ],
    [
      { serverMaxWindowBits: 10 },
      ['server_max_window_bits=10; client_max_window_bits', 'client_max_window_bits'],
    ],
    [{ clientNoContextTakeover: true }, ['client_no_context_takeover; client_max_window_bits']],
    [{ clientMaxWindowBits: 10 }, ['client_max_window_bits=10']],
    [
      { preset: 'stateless', serverNoContextTakeover: false, clientNoContextTakeover: false },
      ['client_max_window_bits'],
    ],
    [
      {
        serverMaxWindowBits: 9,
        clientMaxWindowBits: 9,
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
      },
      [
        'server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=9',
        'client_max_window_bits',
      ],
    ],
  ])('with %j offers %j', (options, offers) => {
    expect(
      offersOf(options, resolveCompression(options)).map((offer) => written(writeParameters(offer))),
    ).toEqual(offers);
  });

  it.each(OPTIONAL_BITS.flatMap((offered) => OPTIONAL_BITS.map((answered) => [offered, answered] as const)))(
    'that offered server_max_window_bits %p, of an answer with %p',
    (offered, answered) => {
      const problem = mismatch(
        { ...NONE, serverMaxWindowBits: answered },
        { ...NONE, serverMaxWindowBits: offered },
      );
      if (offered === undefined || (answered !== undefined && answered <= offered)) {
        expect(problem).toBeUndefined();
      } else {
        const came =
          answered === undefined ? 'no server_max_window_bits' : `server_max_window_bits=${answered}`;
        expect(problem).toBe(`${came}, expected 8 to ${offered} as it was offered`);
      }
    },
  );

  it.each(
    [...OPTIONAL_BITS, 'any' as const].flatMap((offered) =>
      OPTIONAL_BITS.map((answered) => [offered, answered] as const),
    ),
  )('that offered client_max_window_bits %p, of an answer with %p', (offered, answered) => {
    const problem = mismatch(
      { ...NONE, clientMaxWindowBits: answered },
      { ...NONE, clientMaxWindowBits: offered },
    );
    if (answered === undefined || offered === 'any' || (offered !== undefined && answered <= offered)) {
      expect(problem).toBeUndefined();
    } else {
      const expected =
        offered === undefined ? 'none as it was not offered' : `8 to ${offered} as it was offered`;
      expect(problem).toBe(`client_max_window_bits=${answered}, expected ${expected}`);
    }
  });

  it('wants the server’s flag if it asked for it, and takes any that it did not', () => {
    const demanded = { ...NONE, serverNoContextTakeover: true };
    expect(mismatch(NONE, demanded)).toBe('no server_no_context_takeover, expected it as it was offered');
    for (const answer of [demanded, { ...demanded, clientNoContextTakeover: true }]) {
      for (const offer of [NONE, demanded, { ...NONE, clientNoContextTakeover: true }]) {
        expect(mismatch(answer, offer)).toBeUndefined();
      }
    }
    expect(mismatch(NONE, { ...NONE, clientNoContextTakeover: true })).toBeUndefined();
  });
});
