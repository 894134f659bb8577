import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from './certificate.js';

/** What a certificate says. */
export interface Subject {
  /** As in subjectAltName: `DNS:a.example,IP:127.0.0.1`. Without it there is only the common name. */
  readonly names?: string;
  readonly commonName?: string;
  /** Days from now on which it becomes valid, and ceases to be. Default yesterday and tomorrow. */
  readonly days?: readonly [number, number];
}

/** An authority of its own, to be removed by `remove`. */
export interface Authority {
  /** Its certificate, in PEM. */
  readonly ca: string;
  issue(subject: Subject): Certificate;
  remove(): void;
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const DAY_MS = 86_400_000;
const CONFIG = `
[ca]
default_ca = it
[it]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = names
copy_extensions = copy
unique_subject = no
[names]
commonName = supplied
`;

/** Makes an authority with the command openssl. */
export function authority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'rxwire-authority-'));
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  };
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  openssl(
    'req',
    '-x509',
    ...KEY,
    '-days',
    '2',
    '-subj',
    '/CN=authority',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  writeFileSync(join(folder, 'ca.cnf'), CONFIG);
  writeFileSync(join(folder, 'index.txt'), '');
  return {
    ca: read('ca.pem'),
    issue: ({ names, commonName = 'localhost', days: [from, to] = [-1, 1] }) => {
      const more = names === undefined ? [] : ['-addext', `subjectAltName=${names}`];
      openssl(
        'req',
        ...KEY,
        '-subj',
        `/CN=${commonName}`,
        ...more,
        '-keyout',
        'key.pem',
        '-out',
        'request.pem',
      );
      const signing = [
        '-cert',
        'ca.pem',
        '-keyfile',
        'ca.key',
        '-in',
        'request.pem',
        '-out',
        'cert.pem',
        '-notext',
      ];
      const dates = ['-startdate', dateIn(from), '-enddate', dateIn(to)];
      openssl('ca', '-batch', '-config', 'ca.cnf', ...signing, ...dates);
      return { key: read('key.pem'), cert: read('cert.pem') };
    },
    remove: () => {
      rmSync(folder, { recursive: true });
    },
  };
}

/** In the form of ASN.1. */
function dateIn(days: number): string {
  return `${new Date(Date.now() + days * DAY_MS).toISOString().replace(/[-:T]|\..*/g, '')}Z`;
}
