/** The last part of the page's script: puts the others together with what is on the page. */
export const MAIN = String.raw`
const byId = (id) => document.getElementById(id);
const [state, toggle, notice, noticeText] = ['state', 'toggle', 'notice', 'notice-text'].map(byId);
const [form, message, kind, fault, subprotocol] = ['form', 'message', 'kind', 'fault', 'subprotocol'].map(byId);

const log = new Log(byId('log'), byId('log-frame'));
const figures = new Figures((feed) => {
  document.body.dataset.live = feed;
  tellOfFigures();
});
const trial = new Trial(log, (kindOfState, text) => {
  const idle = trial.isIdle;
  const failed = kindOfState === 'gone' || kindOfState === 'lost' || kindOfState === 'refused';
  state.textContent = failed ? 'not connected' : text;
  document.body.dataset.state = kindOfState;
  toggle.textContent = idle ? 'Connect' : 'Disconnect';
  notice.hidden = !failed;
  noticeText.textContent = failed ? text : '';
  byId('send').disabled = kindOfState !== 'open';
  tellOfFigures();
});

const ABOUT_FIGURES = {
  waiting: 'no figures yet',
  live: 'live, every second',
  stopped: 'the last figures there were',
  none: 'no figures: the server does not give them to this page',
};

function tellOfFigures() {
  const { live, state } = document.body.dataset;
  put('live', live === 'none' && state === 'gone' ? 'no figures: the server does not answer' : ABOUT_FIGURES[live]);
}

function connect() {
  const chosen = subprotocol?.value ?? '';
  trial.connect(chosen === '' ? [] : chosen.split(' '));
  figures.connect();
}

function readInput() {
  fault.textContent = '';
  if (kind.value === 'text') return message.value;
  const bytes = parseHex(message.value);
  if (bytes === undefined) fault.textContent = 'Expected pairs of hexadecimal digits, such as 00 ff 1a.';
  return bytes;
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const data = trial.isOpen ? readInput() : undefined;
  if (data === undefined) return;
  trial.send(data);
  message.value = '';
  message.focus();
});
kind.addEventListener('change', () => {
  fault.textContent = '';
  message.placeholder = kind.value === 'text' ? 'Type a message, press Enter' : '00 ff 1a';
});
toggle.addEventListener('click', () => (trial.isIdle ? connect() : trial.disconnect()));
byId('again').addEventListener('click', () => {
  toggle.focus();
  connect();
});
byId('clear').addEventListener('click', () => log.clear());

message.focus({ preventScroll: true });
put('url', endpoint());
document.title = location.host + ' · rxwire';
connect();
`;
