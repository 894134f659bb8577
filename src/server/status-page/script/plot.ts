/**
 * Part of the page's script: a plot of the last minute, as SVG. What it shows is told in words, too: its description says the newest, the
 * least and the most of each line, and attributes of the element have the newest values.
 */
export const PLOT = String.raw`
const SVG = 'http://www.w3.org/2000/svg';
const SPAN_MS = 60000;
/** A longer pause between two samples is a gap, and no line is drawn over it. */
const GAP_MS = 5000;
const MARGIN = { top: 10, right: 12, bottom: 22, left: 44 };

function svgElement(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** The steps of an axis from 0 to at least most: 1, 2 or 5 times a power of ten apart, three or four of them. */
function axisSteps(most) {
  const rough = Math.max(most, 3) / 3;
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? rough;
  const steps = [0];
  do steps.push(steps.at(-1) + step);
  while (steps.at(-1) < most);
  return steps;
}

/** One picture with a line for each name in lines, which maps names to what they are called. */
class Plot {
  constructor(element, lines) {
    this.element = element;
    this.lines = lines;
    this.samples = [];
    this.marked = undefined;
    this.title = element.querySelector('title');
    this.description = element.querySelector('desc');
    this.drawing = element.appendChild(svgElement('g', {}));
    element.addEventListener('pointermove', (event) => this.mark(event));
    element.addEventListener('pointerleave', () => this.mark(undefined));
    new ResizeObserver(() => this.draw()).observe(element);
    this.draw();
  }

  /** A sample has a time in at and a number for each line. */
  add(sample) {
    if (this.samples.length > 0 && sample.at < this.samples.at(-1).at) this.samples = [];
    this.samples.push(sample);
    while (this.samples[0].at < sample.at - SPAN_MS - GAP_MS) this.samples.shift();
    this.draw();
    this.describe();
  }

  mark(event) {
    this.marked = event && event.clientX - this.element.getBoundingClientRect().left;
    this.draw();
  }

  describe() {
    const words = Object.entries(this.lines).map(([key, label]) => {
      const values = this.samples.map((sample) => sample[key]);
      this.element.setAttribute('data-' + key, String(values.at(-1)));
      const range = formatNumber(Math.min(...values)) + ' to ' + formatNumber(Math.max(...values));
      // A plot with one line has its name from its title.
      const name = Object.keys(this.lines).length > 1 ? label + ': ' : '';
      return name + formatNumber(values.at(-1)) + ' now, ' + range + ' in the last minute.';
    });
    this.element.setAttribute('data-samples', String(this.samples.length));
    this.description.textContent = words.join(' ');
  }

  draw() {
    const width = this.element.clientWidth;
    const height = this.element.clientHeight;
    if (width === 0) return;
    this.element.setAttribute('viewBox', '0 0 ' + width + ' ' + height);
    const names = Object.keys(this.lines);
    const most = Math.max(0, ...this.samples.flatMap((sample) => names.map((name) => sample[name])));
    const steps = axisSteps(most);
    const right = width - MARGIN.right;
    const bottom = height - MARGIN.bottom;
    const now = this.samples.length > 0 ? this.samples.at(-1).at : 0;
    const x = (at) => right - ((now - at) / SPAN_MS) * (right - MARGIN.left);
    const y = (value) => bottom - (value / steps.at(-1)) * (bottom - MARGIN.top);
    const parts = this.axes(steps, y, right, bottom);
    for (const name of names) parts.push(...this.line(name, x, y, bottom));
    parts.push(...this.reading(names, x, y, right, bottom));
    this.drawing.replaceChildren(...parts);
  }

  axes(steps, y, right, bottom) {
    const parts = [];
    for (const step of steps) {
      const at = y(step);
      parts.push(svgElement('line', { class: step === 0 ? 'base' : 'grid', x1: MARGIN.left, x2: right, y1: at, y2: at }));
      parts.push(svgElement('text', { class: 'tick', x: MARGIN.left - 8, y: at + 4, 'text-anchor': 'end' }, formatNumber(step)));
    }
    const below = bottom + 17;
    parts.push(svgElement('text', { class: 'tick', x: MARGIN.left, y: below }, 'a minute ago'));
    parts.push(svgElement('text', { class: 'tick', x: right, y: below, 'text-anchor': 'end' }, 'now'));
    if (this.samples.length === 0) {
      const middle = { class: 'tick', x: (MARGIN.left + right) / 2, y: (MARGIN.top + bottom) / 2, 'text-anchor': 'middle' };
      parts.push(svgElement('text', middle, 'no figures yet'));
    }
    return parts;
  }

  line(name, x, y, bottom) {
    const shown = this.samples.filter((sample, i) => i === this.samples.length - 1 || x(this.samples[i + 1].at) >= MARGIN.left);
    if (shown.length === 0) return [];
    const runs = [];
    for (const sample of shown) {
      const run = runs.at(-1);
      if (run === undefined || sample.at - run.at(-1).at > GAP_MS) runs.push([sample]);
      else run.push(sample);
    }
    const place = (sample) => Math.max(MARGIN.left, x(sample.at)).toFixed(1) + ' ' + y(sample[name]).toFixed(1);
    const paths = runs.map((run) => 'M' + run.map(place).join('L'));
    const areas = runs.map((run, i) => {
      const [from, to] = [run[0], run.at(-1)].map((sample) => Math.max(MARGIN.left, x(sample.at)).toFixed(1));
      return paths[i] + 'L' + to + ' ' + bottom + 'L' + from + ' ' + bottom + 'Z';
    });
    const last = shown.at(-1);
    return [
      svgElement('path', { class: 'area ' + name, d: areas.join('') }),
      svgElement('path', { class: 'line ' + name, d: paths.join('') }),
      svgElement('circle', { class: 'dot ' + name, cx: x(last.at), cy: y(last[name]), r: 4 }),
    ];
  }

  /** What the pointer is at. */
  reading(names, x, y, right, bottom) {
    if (this.marked === undefined || this.samples.length === 0) return [];
    const distance = (sample) => Math.abs(x(sample.at) - this.marked);
    const nearest = this.samples.reduce((best, sample) => (distance(sample) < distance(best) ? sample : best));
    const at = Math.max(MARGIN.left, x(nearest.at));
    const ago = Math.round((this.samples.at(-1).at - nearest.at) / 1000);
    const values = names.map((name) => (names.length > 1 ? this.lines[name] + ' ' : '') + formatNumber(nearest[name]));
    const text = (ago === 0 ? 'now' : ago + ' s ago') + ': ' + values.join(', ');
    const isLeft = at < (MARGIN.left + right) / 2;
    return [
      svgElement('line', { class: 'mark', x1: at, x2: at, y1: MARGIN.top, y2: bottom }),
      ...names.map((name) => svgElement('circle', { class: 'dot ' + name, cx: at, cy: y(nearest[name]), r: 4 })),
      svgElement('text', { class: 'reading', x: isLeft ? at + 8 : at - 8, y: MARGIN.top + 8, 'text-anchor': isLeft ? 'start' : 'end' }, text),
    ];
  }
}
`;
