/// <reference types="node" preserve="true" />
export type { Authenticate, AuthOptions, Challenge } from './client/asking/auth.js';
export type { CookieJar } from './client/asking/cookie-jar.js';
export type { HeadersInput } from './client/asking/given-headers.js';
export type { HeaderFunction } from './client/asking/header-source.js';
export { type ClientUrl, connect, openConnection } from './client/connect.js';
export type { DialFunction, DialOptions, DialTarget } from './client/dial-options.js';
export type { ClientUpgradeOptions } from './client/open-over.js';
export type { ClientHandshakeOptions, ClientOptions } from './client/options.js';
export type { PersistentOptions, WhileOffline } from './client/persistent/options.js';
export { persistent } from './client/persistent/persistent.js';
export type { PersistentConnection, PersistentStats } from './client/persistent/persistent-connection.js';
export type { ProxyOptions } from './client/proxy/options.js';
export type { DelayOptions } from './client/reconnect/backoff.js';
export type { LinkStatus } from './client/reconnect/link-status.js';
export type { ReconnectOperatorOptions, ReconnectOptions } from './client/reconnect/options.js';
export { reconnect } from './client/reconnect/reconnect.js';
export type { Verdict } from './client/reconnect/verdict.js';
export { request, type RequestOptions } from './client/request.js';
export type { ClientTlsOptions } from './client/tls-option.js';
export type { OnViolation } from './connection/closer.js';
export type { Connection, OpenMessageOptions, SendOptions } from './connection/connection.js';
export type { ConnectionStats, TrafficStats } from './connection/connection-stats.js';
export type { DiagnosticsEvents } from './connection/diagnostics.js';
export type { Source } from './connection/feed.js';
export type { FrameSink } from './connection/frame-sink.js';
export type { HandshakeRequest, HandshakeResponse } from './connection/handshake-facts.js';
export type { KeepAliveOptions } from './connection/keep-alive.js';
export type { MessageSink } from './connection/message-sink.js';
export type { LogDetails, Logger } from './connection/logger.js';
export type { ConnectionOptions, Overflow } from './connection/options.js';
export type { ReceiveRateOptions } from './connection/receive-rate.js';
export type { SendReport } from './connection/send-source.js';
export { SinkError } from './connection/sink-error.js';
export { CloseCode } from './protocol/close-code.js';
export type { CloseStatus } from './protocol/close-status.js';
export type { CloseInfo, CloseInitiator, CloseReply, ConnectionState } from './protocol/closing-handshake.js';
export { ConnectionClosedError } from './protocol/connection-closed-error.js';
export {
  type ErrorCode,
  ExtensionError,
  HandshakeError,
  type HandshakePhase,
  LimitError,
  NegotiationError,
  ProtocolError,
  ProxyError,
  TextError,
  TimeoutError,
  WebSocketError,
} from './protocol/errors.js';
export type {
  Agreement,
  Extension,
  ExtensionParameter,
  ExtensionParameters,
  ExtensionRequest,
  NegotiatedExtension,
} from './protocol/extensions/extension.js';
export type { SharedForm, Transform, TransformSession } from './protocol/extensions/transform.js';
export { type Frame, isControlFrame, makeFrame } from './protocol/frame.js';
export type { AuthChallenge } from './protocol/handshake/challenges.js';
export type { HeaderFields } from './protocol/handshake/header-fields.js';
export type { HeaderOptions } from './protocol/handshake/header-options.js';
export type { Origins } from './protocol/handshake/origins.js';
export type { PathParams } from './protocol/handshake/path-table.js';
export type { SubprotocolPreference } from './protocol/handshake/subprotocols.js';
export type { Limits } from './protocol/limits.js';
export type { TextAs } from './protocol/message-text.js';
export { binary, isBinary, isText, type Message, type Outgoing, text } from './protocol/message.js';
export { Opcode, type Role } from './protocol/opcodes.js';
export {
  deflateFrame,
  type DeflateFrameName,
  type DeflateFrameOptions,
} from './protocol/deflate-frame/index.js';
export { type CompressionOptions, permessageDeflate } from './protocol/permessage-deflate/index.js';
export { prepare, type PreparedMessage, type PrepareOptions } from './protocol/prepared-message.js';
export {
  broadcast,
  type BroadcastFailure,
  type BroadcastOptions,
  type BroadcastResult,
} from './server/broadcast.js';
export type { AdmissionOptions } from './server/admission-options.js';
export { attach } from './server/attach.js';
export { allOf, type MergedContext, type MergedContexts } from './server/authorize/all-of.js';
export { basicAuth, type BasicAuthOptions, type NameAndPassword } from './server/authorize/basic-auth.js';
export { bearerAuth, type BearerAuthOptions, type TokenVerdict } from './server/authorize/bearer-auth.js';
export { healthCheck } from './server/authorize/health-check.js';
export { origins } from './server/authorize/origins.js';
export { remoteAddress, type RemoteAddressOptions } from './server/authorize/remote-address.js';
export { route, type RoutedContext, type RouteParams, type Routes } from './server/authorize/route.js';
export type { ConnectionOverrides } from './server/gate/connection-overrides.js';
export {
  accept,
  type Acceptance,
  type AcceptOptions,
  type Authorize,
  type Decision,
  type DecisionInput,
  reject,
  type Rejection,
  type RejectOptions,
} from './server/gate/decision.js';
export {
  closeOnSignals,
  type CloseOnSignalsOptions,
  type SignalReceived,
} from './server/close-on-signals.js';
export { flashPolicy, type FlashPolicyOptions } from './server/flash-policy.js';
export type { Handler } from './server/handler.js';
export { listen } from './server/listen.js';
export { openServer } from './server/open-server.js';
export type { AttachOptions, ServerOptions, UpgradeOptions } from './server/options.js';
export type { SelectSubprotocol } from './server/gate/select-subprotocol.js';
export { serve, type ServeOptions } from './server/serve.js';
export type { Server, ServerCloseOptions } from './server/server.js';
export type { ServerStats } from './server/stats/server-stats.js';
export { type PageHandler, statusPage } from './server/status-page/page-handler.js';
export type { PublishOptions, Topic } from './server/topics/topic.js';
export type { TopicChange } from './server/topics/topic-change.js';
export { type Topics, topics, type TopicsOptions } from './server/topics/topics.js';
export { upgrade } from './upgrade.js';
export { splitMessages, type SplitMessagesOptions } from './operators/split-messages.js';
export type { FrameStream, MessageStream } from './operators/streams/message-stream.js';
export type { SocketUpgradeOptions } from './server/upgrade.js';
export type { TrustedProxies, TrustProxyOptions } from './server/gate/trusted-proxies.js';
export type { UpgradeRequest } from './server/gate/upgrade-request.js';
export { deadline, type DeadlineOptions } from './operators/deadline.js';
export {
  closeWhenSlow,
  type Closable,
  type CloseWhenSlowOptions,
} from './operators/overflow/close-when-slow.js';
export { dropNewest } from './operators/overflow/drop-newest.js';
export { dropOldest } from './operators/overflow/drop-oldest.js';
export { latest } from './operators/overflow/latest.js';
export type { HoldOptions } from './operators/overflow/overflow-options.js';
export type { Gate, Work } from './operators/overflow/pace-setter.js';
export { limitRate, type LimitRateOptions } from './operators/rate/limit-rate.js';
export { logFrames } from './operators/tracing/log-frames.js';
export { logOctets } from './operators/tracing/log-octets.js';
export { Timings, type TimingsOptions } from './operators/tracing/timings.js';
export type { LogOptions } from './operators/tracing/trace.js';
export { trackTimings } from './operators/tracing/track-timings.js';
export { type FormatOptions, formatFrame } from './protocol/format-frame.js';
export { type Channels, channels, type ChannelsOptions } from './operators/channels/channels.js';
export type { ChannelOptions } from './operators/channels/channel-options.js';
export { binaryCodec, type BinaryFormat } from './operators/codecs/binary-codec.js';
export type { Codec, Decoder, Encoder, Incoming } from './operators/codecs/codec.js';
export { CodecError, type CodecErrorDetails, type CodecFailure } from './operators/codecs/codec-error.js';
export { decodeValues, type DecodeValuesOptions } from './operators/codecs/decode-values.js';
export { encodeValues } from './operators/codecs/encode-values.js';
export { json, type JsonOptions } from './operators/codecs/json.js';
export type { ProtoKeys } from './operators/codecs/json-text.js';
export type { SchemaIssue, SchemaResult, StandardSchema } from './operators/codecs/standard-schema.js';
export { typed, type TypedLink, type TypedOptions, type TypedSource } from './operators/codecs/typed.js';
export type { Link } from './operators/link.js';
export type {
  CallId,
  CallProtocol,
  ReplyFailure,
  ReplyPart,
  RequestPart,
} from './operators/requests/call-protocol.js';
export {
  type Envelope,
  type EnvelopeFields,
  type EnvelopeOptions,
  envelopes,
} from './operators/requests/envelopes.js';
export {
  jsonRpc,
  type JsonRpcCall,
  jsonRpcError,
  type JsonRpcErrorObject,
  type JsonRpcMessage,
} from './operators/requests/json-rpc.js';
export { reply, type ReplyHandler, type ReplyOptions } from './operators/requests/reply.js';
export { ReplyError } from './operators/requests/reply-error.js';
export { type Requester, requester, type RequesterOptions } from './operators/requests/requester.js';
export type { WarningLogger } from './operators/unclaimed.js';
