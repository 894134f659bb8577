import type {
  Extension,
  ExtensionParameter,
  ExtensionParameters,
} from '../../../src/protocol/extensions/extension.js';
import { HeaderFields } from '../../../src/protocol/handshake/header-fields.js';

/** `a; b=1` as parameters. */
export function parameters(text: string): ExtensionParameters {
  return text === '' ? [] : text.split(/; ?/).map(parameter);
}

function parameter(text: string): ExtensionParameter {
  const at = text.indexOf('=');
  return at === -1
    ? { name: text, value: undefined }
    : { name: text.slice(0, at), value: text.slice(at + 1) };
}

/** Parameters as `a; b=1`. */
export function written(list: ExtensionParameters): string {
  return list.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`)).join('; ');
}

/** What an extension offers, each as text. */
export function offered(extension: Extension): string[] {
  return extension.offer().map(written);
}

/** A server's answer to an offer, undefined when it declines. */
export function answered(extension: Extension, offer: string, userAgent?: string): string | undefined {
  const headers = HeaderFields.from(userAgent === undefined ? [] : [['User-Agent', userAgent]]);
  const agreement = extension.accept(parameters(offer), { headers });
  return agreement && written(agreement.parameters);
}
