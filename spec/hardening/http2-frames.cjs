// Frames of HTTP/2 that a server sends on the first stream of a client, made by hand. RFC 9113 section 6.
const [DATA, HEADERS, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION] = [
  0, 1, 3, 4, 5, 6, 7, 8, 9,
];
const [END_STREAM, ACK, END_HEADERS] = [1, 1, 4];
const [NO_ERROR, PROTOCOL_ERROR, CANCEL, ENHANCE_YOUR_CALM, HTTP_1_1_REQUIRED] = [0, 1, 8, 11, 13];

const NOTHING = Buffer.alloc(0);
const ENABLE_CONNECT_PROTOCOL = Buffer.of(0, 8, 0, 0, 0, 1);

function frame(type, flags, stream, payload) {
  const header = Buffer.alloc(9);
  header.writeUIntBE(payload.length, 0, 3);
  header[3] = type;
  header[4] = flags;
  header.writeUInt32BE(stream, 5);
  return Buffer.concat([header, payload]);
}

/** A field that no table has. RFC 7541 section 6.2.2. */
const field = (name, value) =>
  Buffer.concat([Buffer.of(0, name.length), Buffer.from(name), Buffer.of(value.length), Buffer.from(value)]);
const fields = (count) =>
  Buffer.concat(Array.from({ length: count }, (_, i) => field(`x${String(i)}`, 'yyyyyyyy')));
const [OK, NOT_FOUND] = [Buffer.of(0x88), Buffer.of(0x8d)];
const INTERIM = Buffer.concat([Buffer.of(8, 3), Buffer.from('103')]);
const answer = (flags, ...parts) => frame(HEADERS, END_HEADERS | flags, 1, Buffer.concat(parts));
const unfinished = (flags, ...parts) => frame(HEADERS, flags, 1, Buffer.concat(parts));
const reset = (code) => frame(RST_STREAM, 0, 1, Buffer.of(0, 0, 0, code));
const goaway = (code) => frame(GOAWAY, 0, 0, Buffer.of(0, 0, 0, 1, 0, 0, 0, code));

/** By what they are. More than 256 fields are more than a client takes. */
exports.FRAMES = {
  settings: Buffer.concat([frame(SETTINGS, 0, 0, ENABLE_CONNECT_PROTOCOL), frame(SETTINGS, ACK, 0, NOTHING)]),
  accepted: answer(0, OK),
  refused: answer(0, NOT_FOUND),
  many: answer(0, OK, fields(400)),
  manyAndEnd: answer(END_STREAM, OK, fields(400)),
  interim: answer(0, INTERIM, fields(4)),
  interimMany: answer(0, INTERIM, fields(400)),
  malformed: answer(0, OK, fields(50), field('Upper', 'x')),
  undecodable: answer(0, OK, fields(50), Buffer.of(0xff, 0xff, 0xff, 0xff)),
  unfinished: unfinished(0, OK, fields(50)),
  continuation: frame(CONTINUATION, 0, 1, fields(20)),
  lastContinuation: frame(CONTINUATION, END_HEADERS, 1, fields(20)),
  trailers: answer(END_STREAM, fields(4)),
  trailersMany: answer(END_STREAM, fields(400)),
  trailersUnfinished: unfinished(END_STREAM, fields(50)),
  data: frame(DATA, 0, 1, Buffer.of(0x82, 1, 0x78)),
  noData: frame(DATA, 0, 1, NOTHING),
  dataAndEnd: frame(DATA, END_STREAM, 1, NOTHING),
  resetCancel: reset(CANCEL),
  resetNoError: reset(NO_ERROR),
  resetProtocolError: reset(PROTOCOL_ERROR),
  resetHttp11: reset(HTTP_1_1_REQUIRED),
  goaway: goaway(NO_ERROR),
  goawayCalm: goaway(ENHANCE_YOUR_CALM),
  goawayHttp11: goaway(HTTP_1_1_REQUIRED),
  ping: frame(PING, 0, 0, Buffer.alloc(8)),
  promise: frame(PUSH_PROMISE, END_HEADERS, 1, Buffer.concat([Buffer.of(0, 0, 0, 2), OK])),
  overflow: frame(WINDOW_UPDATE, 0, 1, Buffer.of(0x7f, 0xff, 0xff, 0xff)),
  otherStream: frame(DATA, 0, 7, NOTHING),
};

/** Whether there are HEADERS among the frames behind the preface. */
exports.hasHeaders = (received) => {
  for (let at = 24; at + 9 <= received.length; at += 9 + received.readUIntBE(at, 3)) {
    if (received[at + 3] === HEADERS) return true;
  }
  return false;
};
