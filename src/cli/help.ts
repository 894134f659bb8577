/** `rxwire --help`. */
export const HELP = `Usage:
  rxwire <url> [flags]     connect, show what comes, send what is typed or piped in
  rxwire serve [flags]     a WebSocket server to talk to: rxwire serve --help

A url is ws://HOST:PORT/path, wss://…, ws+unix:/path/of/socket:/target, or only HOST:PORT.
Each line of stdin is sent as a text message. Each text message is a line of stdout; binary messages are raw bytes there,
and hexadecimal on a terminal. At the end of stdin the connection is closed; what the server still answers is shown.

Sending
  -t, --text TEXT          send TEXT first
  -x, --execute TEXT       send TEXT once connected, wait, close; stdin is not read. Repeatable
  -w, --wait SECONDS       how long --execute waits, -1 for ever (default 2)
  -b, --binary             send stdin as binary messages: a line each on a terminal, what is read at once in a pipe
  -1, --one-message        send at most one message of stdin, show one, and close
      --eof-wait SECONDS   stay after the end of stdin, -1 for ever (default 0)
  -E, --exit-on-eof        close at the end of stdin with --one-message too
      --slash              lines may be commands: /ping [data], /pong [data], /close [code] [reason]; //x sends /x

Showing
  -v, --verbose            name the opcode before data, tell what was agreed on; -vv (or -v 2) traces frames on stderr too
  -P, --show-ping-pong     tell of pings and pongs
      --timings            seconds since the start before each message
  -r, --raw                no prompt, no colours
      --no-color           no colours

Asking
  -s, --subprotocols LIST  subprotocols to offer, comma-separated or repeated
  -o, --origin ORIGIN      the Origin header; same for the url's own
  -H, --header FIELD       a request header "Name: value", or @FILE with one a line. Repeatable
      --headers LIST       request headers "Name: value, Name: value"
      --host HOST          the Host header, in place of the url's
      --cookie COOKIES     cookies "name=value; name=value", or @FILE with such lines. Repeatable
      --auth USER:PASSWORD answer a challenge, by Digest or Basic; or @FILE
  -L, --location           follow redirects, 10 at most
      --max-redirects N    N at most, 0 to 20
      --compress           offer to compress messages, which is the default
      --no-compress        do not
      --max-message BYTES  the longest message to take, inflated (default 64MiB)

Connecting
  -p, --proxy URL          through a proxy: http, https, socks4, socks4a, socks5, socks5h; or env, for what the
                           environment names; or @FILE
      --no-proxy LIST      servers to reach without it
      --connect-timeout SECONDS
                           for all until it is open, -1 for ever (default 10)
      --reconnect          connect again when the connection is lost, or there is no server yet; stdin waits
      --max-attempts N     give up after N in a row
  -4, --ipv4               only addresses of IPv4
  -6, --ipv6               only addresses of IPv6
      --http2              offer HTTP/2 to wss: servers
      --http2-only         speak nothing else, to ws: servers too
  -n, --nocert, -k, --insecure
                           do not verify the server's certificate
      --ca FILE            authorities to trust, PEM
      --cert FILE          client certificate, PEM, with --key FILE
      --passphrase TEXT    what the key is encrypted with, or @FILE
      --servername NAME    the name to ask for and to compare the certificate with, in place of the url's
      --keylog FILE        append the keys of TLS to a file, for Wireshark

  -h, --help               this text
      --version            the version

@FILE keeps a secret out of the list of processes.
Exit code: 0 closed cleanly, 1 error or unexpected close, 2 wrong usage, 130 interrupted.
`;

/** `rxwire serve --help`. */
export const SERVE_HELP = `Usage:
  rxwire serve [flags]     a WebSocket server, with a page for browsers at the same address

  --host HOST              address to bind (default 127.0.0.1: this machine only)
  --port PORT              0 takes a free one (default 9000)
  --unix PATH              a Unix socket in place of host and port

  --echo                   send each message back (default)
  --broadcast              send each message to all other clients
  --chat                   send each line of text to everybody, with a short name for its sender

  --compress               compress messages for clients that offer it (default off)
  --max-message BYTES      the longest message to take, inflated: 65536, 64KiB, 1MiB (default 1MiB)
  --origins any | same | PATTERN…
                           web pages that may connect (default same): https://app.example.com, https://*.example.com
  --tls-cert FILE          certificate, PEM, with --tls-key FILE: serves wss://
  -h, --help               this text

The first line on stdout is "listening on URL". SIGINT and SIGTERM close every connection with 1001; a second one ends at once.
`;
