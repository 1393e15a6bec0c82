/** The page's style sheet: system fonts, both colour schemes, nothing from elsewhere. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f5, #14181a);
  --card: light-dark(#ffffff, #1c2225);
  --line: light-dark(#dfe3de, #30383c);
  --text: light-dark(#1d2422, #e4e9e6);
  --quiet: light-dark(#5b6662, #9aa7a2);
  --bar: light-dark(#bfe0d6, #24564b);
  --good: light-dark(#1a7f5a, #5fce9f);
  --bad: light-dark(#b3261e, #ff8f85);
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body {
  margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 3rem) 3rem; max-width: 76rem;
  background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums;
}
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; margin-bottom: 1.5rem; }
h1 { margin: 0; font-size: 1.35rem; letter-spacing: -.01em; }
h2 { margin: 0; font-size: 1.1rem; }
p { margin: .15rem 0 0; }
.quiet { color: var(--quiet); }
#state::before { content: "●"; margin-right: .4em; color: var(--quiet); }
#state.good::before { color: var(--good); }
#state.bad::before { color: var(--bad); }
section {
  background: var(--card); border: 1px solid var(--line); border-radius: .6rem;
  padding: 1.1rem 1.25rem; margin-bottom: 1.25rem;
}
dl { display: flex; flex-wrap: wrap; gap: .6rem 2rem; margin: .9rem 0 1.1rem; }
dt { color: var(--quiet); font-size: .8rem; }
dd { margin: 0; font-weight: 600; }
.scroll { overflow-x: auto; }
.scroll:focus-visible, input:focus-visible, button:focus-visible { outline: 2px solid var(--good); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; color: var(--quiet); padding-bottom: .4rem; }
th, td { padding: .28rem .75rem .28rem 0; border-top: 1px solid var(--line); text-align: right; white-space: nowrap; }
thead th, thead td { border-top: 0; }
thead th { font-weight: 500; font-size: .8rem; color: var(--quiet); vertical-align: bottom; }
th:first-child { text-align: left; }
tbody th { font-weight: 500; max-width: 18rem; overflow: hidden; text-overflow: ellipsis; }
td.odd { color: var(--bad); font-weight: 600; }
a { color: inherit; }
td.bar { min-width: 9rem; background: linear-gradient(to right, var(--bar) var(--part), transparent 0) no-repeat 0 50% / 100% 70%; }
form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin-bottom: 1.25rem; }
input, button { font: inherit; padding: .3rem .6rem; }
`;
