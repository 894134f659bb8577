/// <reference types="node" preserve="true" />
export { decodeFrames } from './decode-frames.js';
export { decodeMessages, type DecodeMessagesOptions, type TextOf } from './decode-messages.js';
export type { DecodeOptions } from './decode-options.js';
export { defragment } from './defragment.js';
export { deflate } from './deflate.js';
export { encodeFrames, type EncodeOptions } from './encode-frames.js';
export { fragment } from './fragment.js';
export { inflate } from './inflate.js';
export { type Pace, type Paced, Permit } from './pace.js';
export { splitMessages, type SplitMessagesOptions } from './split-messages.js';
export type { FrameStream, MessageStream } from './streams/message-stream.js';
export { validateText } from './validate-text.js';
export { deadline, type DeadlineOptions } from './deadline.js';
export { closeWhenSlow, type Closable, type CloseWhenSlowOptions } from './overflow/close-when-slow.js';
export { dropNewest } from './overflow/drop-newest.js';
export { dropOldest } from './overflow/drop-oldest.js';
export { latest } from './overflow/latest.js';
export type { HoldOptions } from './overflow/overflow-options.js';
export type { Gate, Work } from './overflow/pace-setter.js';
export { limitRate, type LimitRateOptions } from './rate/limit-rate.js';
export { formatElapsed } from './tracing/format-elapsed.js';
export { logFrames } from './tracing/log-frames.js';
export { logOctets } from './tracing/log-octets.js';
export { Timings, type TimingsOptions } from './tracing/timings.js';
export type { LogOptions } from './tracing/trace.js';
export { trackTimings } from './tracing/track-timings.js';
export { type Channels, channels, type ChannelsOptions } from './channels/channels.js';
export type { ChannelOptions } from './channels/channel-options.js';
export { binaryCodec, type BinaryFormat } from './codecs/binary-codec.js';
export type { Codec, Decoder, Encoder, Incoming } from './codecs/codec.js';
export { CodecError, type CodecErrorDetails, type CodecFailure } from './codecs/codec-error.js';
export { decodeValues, type DecodeValuesOptions } from './codecs/decode-values.js';
export { encodeValues } from './codecs/encode-values.js';
export { json, type JsonOptions } from './codecs/json.js';
export type { ProtoKeys } from './codecs/json-text.js';
export type { SchemaIssue, SchemaResult, StandardSchema } from './codecs/standard-schema.js';
export { typed, type TypedLink, type TypedOptions, type TypedSource } from './codecs/typed.js';
export type { Link } from './link.js';
export type { CallId, CallProtocol, ReplyFailure, ReplyPart, RequestPart } from './requests/call-protocol.js';
export { type Envelope, type EnvelopeFields, type EnvelopeOptions, envelopes } from './requests/envelopes.js';
export {
  jsonRpc,
  type JsonRpcCall,
  jsonRpcError,
  type JsonRpcErrorObject,
  type JsonRpcMessage,
} from './requests/json-rpc.js';
export { reply, type ReplyHandler, type ReplyOptions } from './requests/reply.js';
export { ReplyError } from './requests/reply-error.js';
export { type Requester, requester, type RequesterOptions } from './requests/requester.js';
export type { WarningLogger } from './unclaimed.js';
