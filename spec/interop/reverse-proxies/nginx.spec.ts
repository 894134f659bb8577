import { Command } from '../../support/command.js';
import { debian, type Kind, ofGuide } from './proxy.js';
import { describeProxy } from './suite.js';

const NGINX = '/usr/sbin/nginx';
/** Nothing of it stays outside of its folder. */
const WRITTEN = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];

const nginx: Kind = {
  name: 'nginx',
  need: debian(NGINX, 'nginx-light'),
  gone: 502,
  configuration({ upstream, tls, idle, port, folder }) {
    const site = ofGuide('nginx', {
      'server 127.0.0.1:9000;': `server ${upstream.startsWith('/') ? 'unix:' : ''}${upstream};`,
      'listen 443 ssl;': `listen 127.0.0.1:${String(port)}${tls ? ' ssl' : ''};`,
      '/etc/ssl/example.crt': `${folder}/cert.pem`,
      '/etc/ssl/example.key': `${folder}/key.pem`,
      'proxy_read_timeout 60s;': `proxy_read_timeout ${idle};`,
    });
    const paths = WRITTEN.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
    return [
      `daemon off; master_process off; error_log stderr warn; pid ${folder}/nginx.pid;`,
      'events { worker_connections 256; }',
      `http { access_log off; large_client_header_buffers 4 16k; ${paths}\n${site}}`,
    ].join('\n');
  },
  start: (file, folder) => new Command(NGINX, ['-c', file, '-p', folder, '-e', 'stderr']),
};

describeProxy(nginx);
