/** Part of the page's script: what was sent and received, and what became of the connection, the newest last. */
export const LOG = String.raw`
/** Older lines go when there are more. */
const MAX_LINES = 300;
const SHOWN_CHARACTERS = 4000;
const SHOWN_OCTETS = 512;

class Log {
  constructor(list, frame) {
    this.list = list;
    this.frame = frame;
    this.pending = [];
  }

  sent(data) {
    this.message('sent', data);
  }

  received(data) {
    this.message('received', data);
  }

  message(direction, data) {
    const isText = typeof data === 'string';
    const size = isText ? new TextEncoder().encode(data).length : data.length;
    const shown = isText ? data.slice(0, SHOWN_CHARACTERS) : hexDump(data.subarray(0, SHOWN_OCTETS));
    const left = isText ? data.length - SHOWN_CHARACTERS : size - SHOWN_OCTETS;
    const rest = left > 0 ? formatNumber(left) + (isText ? ' more characters' : ' more octets') : '';
    this.add(direction, (isText ? 'text, ' : 'binary, ') + formatBytes(size), shown, rest, isText);
  }

  /** Something that happened, which is no message. */
  note(text) {
    this.add('note', '', text, '', true);
  }

  clear() {
    this.pending = [];
    this.list.replaceChildren();
  }

  add(kind, about, data, rest, isText) {
    if (this.pending.length === 0) requestAnimationFrame(() => this.show());
    this.pending.push({ at: new Date(), kind, about, data, rest, isText });
    // A tab that nobody looks at draws nothing, and may get messages all the same.
    if (this.pending.length > MAX_LINES) this.pending.shift();
  }

  show() {
    const atEnd = this.frame.scrollHeight - this.frame.scrollTop - this.frame.clientHeight < 40;
    this.list.append(...this.pending.map(lineOf));
    this.pending = [];
    while (this.list.childElementCount > MAX_LINES) this.list.firstElementChild.remove();
    if (atEnd) this.frame.scrollTop = this.frame.scrollHeight;
  }
}

function lineOf({ at, kind, about, data, rest, isText }) {
  const line = document.createElement('li');
  line.className = kind;
  const time = piece('time', formatTime(at), 'time');
  time.dateTime = at.toISOString();
  line.append(time, piece('span', kind === 'note' ? '' : kind, 'direction'));
  const body = piece('div', '', 'body');
  body.append(piece(isText ? 'span' : 'pre', data, 'data'));
  if (rest !== '') body.append(' ', piece('span', '… ' + rest, 'about'));
  line.append(body, piece('span', about, 'about'));
  return line;
}

function piece(name, text, className) {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  return element;
}
`;
