import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  allChallenges,
  answerDigest,
  type AuthChallenge,
  type DigestRequest,
  digestChallenge,
  digestStrength,
  parseChallenges,
  quotedString,
} from '../../../src/protocol/handshake/index.js';
import '../../support/seed.js';
import { growth, HOSTILE_TEXTS } from './counting-text.js';

const RFC_7616 =
  'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
  'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
const MUFASA: DigestRequest = {
  username: 'Mufasa',
  password: 'Circle of Life',
  method: 'GET',
  target: '/dir/index.html',
  count: 1,
  cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
};
const OLD: DigestRequest = { ...MUFASA, password: 'Circle Of Life', cnonce: '0a4f113b' };
const OLD_NONCE = 'realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';

/** The parameters of the answer to a header. */
function answered(header: string, request: DigestRequest): ReadonlyMap<string, string> {
  const [challenge] = parseChallenges(header) ?? [];
  const digest = digestChallenge(challenge!);
  const [answer] = parseChallenges(answerDigest(digest!, request)) ?? [];
  return answer!.parameters;
}

describe('answerDigest', () => {
  // The last is of the errata of RFC 7616, the answer in its text being wrong.
  it.each([
    ['MD5, RFC 7616', `Digest ${RFC_7616}, algorithm=MD5`, MUFASA, '8ca523f5e9506fed4657c9700eebdbec'],
    [
      'SHA-256, RFC 7616',
      `Digest ${RFC_7616}, algorithm=SHA-256`,
      MUFASA,
      '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
    ],
    ['no algorithm, RFC 2617', `Digest ${OLD_NONCE}, qop="auth"`, OLD, '6629fae49393a05397450978507c4ef1'],
    ['no qop, RFC 2069', `Digest ${OLD_NONCE}`, OLD, '670fd8c2df070c60b045671b8b24ff02'],
    [
      'SHA-512-256, RFC 7616 as corrected',
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, charset=UTF-8, ' +
        'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS"',
      {
        ...MUFASA,
        username: 'Jäsøn Doe',
        password: 'Secret, or not?',
        target: '/doe.json',
        cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
      },
      '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5',
    ],
  ])('gives what the RFC says: %s', (_name, header, request, response) => {
    expect(answered(header, request).get('response')).toBe(response);
  });

  it('says all that RFC 7616 wants to be said, and echoes what is the server’s', () => {
    const answer = answered(`Digest ${RFC_7616}, algorithm=SHA-256`, { ...MUFASA, count: 255 });
    expect(Object.fromEntries(answer)).toMatchObject({
      username: 'Mufasa',
      realm: 'http-auth@example.org',
      uri: '/dir/index.html',
      algorithm: 'SHA-256',
      opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
      qop: 'auth',
      nc: '000000ff',
      cnonce: MUFASA.cnonce,
    });
  });

  it('puts the nonces into the secret of a session', () => {
    const session = answered(`Digest ${RFC_7616}, algorithm=MD5-sess`, MUFASA);
    const md5 = (...parts: string[]): string => createHash('md5').update(parts.join(':')).digest('hex');
    const nonce = session.get('nonce')!;
    const user = md5('Mufasa', 'http-auth@example.org', 'Circle of Life');
    const secret = md5(user, nonce, MUFASA.cnonce);
    const asked = md5('GET', '/dir/index.html');
    expect(session.get('response')).toBe(md5(secret, nonce, '00000001', MUFASA.cnonce, 'auth', asked));
  });

  it('writes names that are not ASCII as RFC 8187 says', () => {
    const answer = answerDigest(digestChallenge(parseChallenges(`Digest ${RFC_7616}`)![0]!)!, {
      ...MUFASA,
      username: "Jäsøn (Doe)'s",
    });
    expect(answer).toContain("username*=UTF-8''J%C3%A4s%C3%B8n%20%28Doe%29%27s,");
  });
});

describe('digestChallenge', () => {
  const can = (header: string): boolean => digestChallenge(parseChallenges(header)![0]!) !== undefined;
  it.each([
    ['another scheme', 'Basic realm="a", nonce="b"'],
    ['no realm', 'Digest nonce="b"'],
    ['no nonce', 'Digest realm="a"'],
    ['another algorithm', 'Digest realm="a", nonce="b", algorithm=SHA-1'],
    ['only auth-int', 'Digest realm="a", nonce="b", qop="auth-int"'],
    ['an algorithm named like a member of objects', 'Digest realm="a", nonce="b", algorithm=constructor'],
  ])('cannot answer %s', (_name, header) => {
    expect(can(header)).toBe(false);
  });

  it('takes algorithms in any case, and knows what is stale', () => {
    const digest = digestChallenge(
      parseChallenges('DIGEST Realm="a", NONCE="b", algorithm=sha-256-SESS, stale=TRUE')![0]!,
    );
    expect(digest).toMatchObject({ realm: 'a', nonce: 'b', stale: true, qop: undefined });
  });

  it('orders algorithms by their strength', () => {
    const strengths = ['MD5', 'SHA-256', 'SHA-512-256'].map((algorithm) =>
      digestStrength(
        digestChallenge(parseChallenges(`Digest realm="", nonce="b", algorithm=${algorithm}`)![0]!)!,
      ),
    );
    expect(strengths).toEqual(strengths.toSorted());
    expect(new Set(strengths).size).toBe(3);
  });
});

describe('parseChallenges', () => {
  const plain = (challenges: readonly AuthChallenge[] | undefined): unknown =>
    challenges?.map(({ scheme, token68, parameters }) => [scheme, token68 ?? Object.fromEntries(parameters)]);

  it.each([
    ['a scheme alone', 'Negotiate', [['negotiate', {}]]],
    ['a token', 'Negotiate YWJj/+-._~ZGVm==', [['negotiate', 'YWJj/+-._~ZGVm==']]],
    ['parameters', 'Basic realm="a, b", charset=UTF-8', [['basic', { realm: 'a, b', charset: 'UTF-8' }]]],
    ['an escaped quote', String.raw`Basic realm="a\"b\\"`, [['basic', { realm: 'a"b\\' }]]],
    ['blanks around the equals sign', 'Basic realm \t= "a"', [['basic', { realm: 'a' }]]],
    ['empty elements', ', ,Basic realm="a",, ,', [['basic', { realm: 'a' }]]],
    [
      'several, as in RFC 9110',
      'Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""',
      [
        ['basic', { realm: 'simple' }],
        ['newauth', { realm: 'apps', type: '1', title: 'Login to "apps"' }],
      ],
    ],
    [
      'schemes without anything',
      'Negotiate, NTLM , Basic realm="a"',
      [
        ['negotiate', {}],
        ['ntlm', {}],
        ['basic', { realm: 'a' }],
      ],
    ],
  ])('reads %s', (_name, header, expected) => {
    expect(plain(parseChallenges(header))).toEqual(expected);
  });

  it.each([
    ['nothing', ''],
    ['only commas', ' ,, '],
    ['a parameter without a scheme', 'realm="a"'],
    ['a quote that does not end', 'Basic realm="a'],
    ['an escape at the end', 'Basic realm="a\\'],
    ['a parameter that is there twice', 'Basic realm="a", REALM="b"'],
    ['something behind a quote', 'Basic realm="a"b'],
    ['two words behind a scheme', 'Basic a b'],
    ['a quote as a scheme', '"Basic"'],
  ])('refuses %s', (_name, header) => {
    expect(parseChallenges(header)).toBeUndefined();
  });

  it('gives back what was written, whatever the values', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const value = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
    });
    const challenge = fc.tuple(name, fc.dictionary(name, value, { minKeys: 1, maxKeys: 4 }));
    fc.assert(
      fc.property(fc.array(challenge, { minLength: 1, maxLength: 4 }), (challenges) => {
        const header = challenges
          .map(([scheme, values]) => {
            const list = Object.entries(values).map(([key, text]) => `${key}=${quotedString(text)}`);
            return `${scheme} ${list.join(', ')}`;
          })
          .join(', ');
        expect(plain(parseChallenges(header))).toEqual(
          challenges.map(([scheme, values]) => [scheme, { ...values }]),
        );
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', ',', '=', '"', '\\', '/'), maxLength: 60 }),
        (text) => {
          const challenges = parseChallenges(text);
          expect(challenges === undefined || challenges.length > 0).toBe(true);
        },
      ),
    );
  });

  it.each([
    ...HOSTILE_TEXTS,
    ['schemes', (size: number) => 'a b,'.repeat(size / 4)] as const,
    ['parameters of a scheme', (size: number) => `a ${'b=c, '.repeat(size / 5)}`] as const,
    ['padding', (size: number) => `a b${'='.repeat(size)}`] as const,
    ['blanks behind a scheme', (size: number) => `a b${' '.repeat(size)}=c`] as const,
  ])('does work that doubles with the length of %s', (_, make) => {
    expect(growth((text) => parseChallenges(text), make)).toBeLessThan(2.1);
  });

  it('leaves malformed headers out among others', () => {
    expect(allChallenges(['Basic realm="a', 'Digest realm="b"']).map(({ scheme }) => scheme)).toEqual([
      'digest',
    ]);
  });
});
