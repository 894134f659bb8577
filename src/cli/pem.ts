import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readText } from './files.js';

/**
 * Certificates in PEM. Those of authorities, too, are looked at: Node passes over what is none, and then trusts nobody.
 *
 * @throws Error for a file that cannot be read, or does not begin with one.
 */
export function readCertificate(flag: string, path: string): string {
  const text = readText(flag, path);
  try {
    new X509Certificate(text);
  } catch (error) {
    throw new Error(`${flag}: ${path} is no certificate in PEM`, { cause: error });
  }
  return text;
}

/** @throws Error for a file that cannot be read, and for what is no key in PEM, or is not opened by the passphrase. */
export function readKey(flag: string, path: string, passphrase: string | undefined): string {
  const text = readText(flag, path);
  try {
    createPrivateKey({ key: text, format: 'pem', ...(passphrase !== undefined && { passphrase }) });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ERR_MISSING_PASSPHRASE') {
      throw new Error(`${flag}: ${path} is encrypted, expected --passphrase`, { cause: error });
    }
    const expected = passphrase === undefined ? 'no key in PEM' : 'no key in PEM that the passphrase opens';
    throw new Error(`${flag}: ${path} is ${expected}`, { cause: error });
  }
  return text;
}
