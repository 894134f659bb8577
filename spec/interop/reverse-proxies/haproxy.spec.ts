import { Command } from '../../support/command.js';
import { debian, type Kind, ofGuide } from './proxy.js';
import { describeProxy } from './suite.js';

const HAPROXY = '/usr/sbin/haproxy';

const haproxy: Kind = {
  name: 'HAProxy',
  need: debian(HAPROXY, 'haproxy'),
  gone: 503,
  configuration: ({ upstream, tls, idle, port, folder }) =>
    ofGuide('haproxy', {
      'server one 127.0.0.1:9000': `server one ${upstream.startsWith('/') ? 'unix@' : ''}${upstream}`,
      'bind :443 ssl crt /etc/ssl/example.pem': `bind 127.0.0.1:${String(port)}${tls ? ` ssl crt ${folder}/both.pem` : ''}`,
      'timeout tunnel 60s': `timeout tunnel ${idle}`,
    }),
  start: (file) => new Command(HAPROXY, ['-db', '-f', file]),
};

describeProxy(haproxy);
