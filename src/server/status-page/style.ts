/** The page's style sheet: of its own, without fonts or pictures from elsewhere, by day and by night. */
export const STYLE: string = String.raw`
:root {
  color-scheme: light dark;
  --page: #f6f7f9;
  --card: #fff;
  --line: #dde1e7;
  --text: #17202e;
  --soft: #5a6675;
  --accent: #1f5fd0;
  --on-accent: #fff;
  --in: #1f6fd6;
  --out: #c2570c;
  --good: #1a7f45;
  --bad: #b3261e;
  --bad-back: #fdeceb;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #11151b;
    --card: #191f27;
    --line: #2d3641;
    --text: #e7ebf0;
    --soft: #9aa7b5;
    --accent: #7fb0ff;
    --on-accent: #0c1420;
    --in: #6ea8fe;
    --out: #f0a35e;
    --good: #5fd08c;
    --bad: #ff9d94;
    --bad-back: #3a1f1e;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main, header { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem 1.25rem; padding-top: 1.75rem; padding-bottom: 1rem; }
h1 { margin: 0; font-size: 1.35rem; letter-spacing: -.01em; }
h2 { margin: 0; font-size: 1rem; }
code, pre, .time, #log .data, #message { font-family: var(--mono); }
.where { flex: 1 1 16rem; min-width: 0; color: var(--soft); }
.where code { color: var(--text); overflow-wrap: anywhere; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.15rem; margin-bottom: 1rem; }
.card > .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; margin-bottom: .75rem; }
.soft, .about { color: var(--soft); font-size: .87rem; }
.push { margin-left: auto; }

.state { display: inline-flex; align-items: center; gap: .5rem; padding: .25rem .8rem; border: 1px solid var(--line); border-radius: 99px; background: var(--card); font-size: .9rem; }
.state::before { content: ""; width: .6rem; height: .6rem; border-radius: 50%; background: var(--soft); }
[data-state="open"] .state::before { background: var(--good); }
[data-state="gone"] .state::before, [data-state="lost"] .state::before, [data-state="refused"] .state::before { background: var(--bad); }
.notice { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; background: var(--bad-back); border-color: var(--bad); padding: .6rem 1.15rem; }
.notice p { margin: 0; flex: 1 1 16rem; }

dl { margin: 0; display: grid; gap: .9rem 1.25rem; grid-template-columns: repeat(auto-fit, minmax(min(9.5rem, 40%), 1fr)); }
dl > div { display: flex; flex-direction: column; }
dt { color: var(--soft); font-size: .87rem; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
.large dd { font-size: 1.65rem; line-height: 1.25; font-weight: 600; letter-spacing: -.02em; }
.small { margin-top: 1rem; padding-top: .9rem; border-top: 1px solid var(--line); }
[data-live="stopped"] dd, [data-live="none"] dd { color: var(--soft); }

.plots { display: grid; gap: 1rem; margin-bottom: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); }
.plots > .card { margin: 0; }
figcaption { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; margin-bottom: .5rem; }
svg { display: block; width: 100%; height: 170px; }
.key::before { content: ""; display: inline-block; width: .9rem; height: 3px; border-radius: 2px; margin-right: .4rem; vertical-align: middle; background: var(--in); }
.key.out::before { background: repeating-linear-gradient(90deg, var(--out) 0 5px, transparent 5px 8px); }
.tick { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.reading { fill: var(--text); font-size: 12.5px; font-weight: 600; paint-order: stroke; stroke: var(--card); stroke-width: 5px; stroke-linejoin: round; }
.grid { stroke: var(--line); stroke-width: 1; }
.base, .mark { stroke: var(--soft); stroke-width: 1; }
.mark { stroke-dasharray: 3 3; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.area { opacity: .1; }
.dot { stroke: var(--card); stroke-width: 2; }
.line.connections, .line.in { stroke: var(--in); }
.line.out { stroke: var(--out); stroke-dasharray: 6 4; }
.area.connections, .area.in, .dot.connections, .dot.in { fill: var(--in); }
.area.out, .dot.out { fill: var(--out); }

form { display: flex; flex-wrap: wrap; gap: .5rem; }
input, select, button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 7px; padding: .45rem .75rem; }
#message { flex: 1 1 14rem; min-width: 0; font-size: .93rem; }
button { cursor: pointer; }
button.first { background: var(--accent); border-color: var(--accent); color: var(--on-accent); font-weight: 600; }
button:disabled { cursor: not-allowed; opacity: .55; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
#fault { color: var(--bad); min-height: 0; margin: .4rem 0 0; }
#fault:empty { display: none; }

#log-frame { margin-top: .75rem; height: 19rem; overflow-y: auto; border: 1px solid var(--line); border-radius: 8px; background: var(--page); }
#log { list-style: none; margin: 0; padding: .35rem 0; }
#log li { display: grid; grid-template-columns: 7rem 5.6rem 1fr auto; gap: .75rem; padding: .2rem .8rem; font-size: .9rem; }
#log .time { color: var(--soft); font-size: .84rem; padding-top: .08rem; }
#log .direction { font-weight: 600; }
#log .received .direction { color: var(--in); }
#log .sent .direction { color: var(--out); }
#log .received .direction::before { content: "\2193  " / ""; }
#log .sent .direction::before { content: "\2191  " / ""; }
#log .note .data { color: var(--soft); font-family: inherit; }
#log .body { min-width: 0; }
#log .data { white-space: pre-wrap; overflow-wrap: anywhere; }
#log pre { margin: 0; font-size: .84rem; overflow-x: auto; white-space: pre; overflow-wrap: normal; }
@media (max-width: 36rem) {
  #log li { grid-template-columns: auto 1fr auto; gap: 0 .6rem; }
  #log .body { grid-column: 1 / -1; grid-row: 2; }
}
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;
