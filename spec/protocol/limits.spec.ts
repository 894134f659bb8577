import { type Limits, resolveLimits } from '../../src/protocol/limits.js';

describe('resolveLimits', () => {
  it('is 1 MiB in 131072 fragments unless told otherwise', () => {
    const defaults = {
      maxMessageBytes: 1048576,
      maxFrameBytes: 1048576,
      maxFragments: 131072,
      maxStreamBytes: Infinity,
      maxStreamFrameBytes: Infinity,
    };
    expect(resolveLimits()).toEqual(defaults);
    expect(resolveLimits({})).toEqual(defaults);
  });

  it('bounds frames like messages unless told otherwise', () => {
    expect(resolveLimits({ maxMessageBytes: 10 })).toMatchObject({ maxMessageBytes: 10, maxFrameBytes: 10 });
    expect(resolveLimits({ maxFrameBytes: 5 })).toMatchObject({ maxMessageBytes: 1048576, maxFrameBytes: 5 });
  });

  it('bounds the frames of streams like the streams unless told otherwise', () => {
    expect(resolveLimits({ maxStreamBytes: 10 })).toMatchObject({
      maxStreamBytes: 10,
      maxStreamFrameBytes: 10,
    });
    expect(resolveLimits({ maxFrameBytes: 5 })).toMatchObject({
      maxStreamBytes: Infinity,
      maxStreamFrameBytes: 5,
    });
  });

  it('takes 0 octets and no bound at all', () => {
    expect(resolveLimits({ maxMessageBytes: 0 }).maxFrameBytes).toBe(0);
    const none = { maxMessageBytes: Infinity, maxFrameBytes: Infinity, maxFragments: Infinity };
    expect(resolveLimits(none)).toMatchObject(none);
  });

  it.each(['maxMessageBytes', 'maxFrameBytes', 'maxFragments', 'maxStreamBytes'] as const)(
    'refuses a wrong %s by name',
    (name) => {
      for (const value of [-1, 1.5, NaN, -Infinity]) {
        expect(() => resolveLimits({ [name]: value })).toThrow(RangeError);
        expect(() => resolveLimits({ [name]: value })).toThrow(
          `${name} is ${String(value)}, expected an integer`,
        );
      }
      for (const value of ['1', null, 5n, {}]) {
        const limits = { [name]: value } as unknown as Limits;
        expect(() => resolveLimits(limits)).toThrow(TypeError);
        expect(() => resolveLimits(limits)).toThrow(`${name} is of type ${typeof value}`);
      }
    },
  );

  it('refuses to let a message have no frame', () => {
    expect(() => resolveLimits({ maxFragments: 0 })).toThrow(RangeError);
  });
});
