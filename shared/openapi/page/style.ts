/** The page's style sheet: system fonts, both colour schemes, nothing from elsewhere. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#f6f7f5, #14181a);
  --card: light-dark(#ffffff, #1c2225);
  --line: light-dark(#dfe3de, #30383c);
  --text: light-dark(#1d2422, #e4e9e6);
  --quiet: light-dark(#5b6662, #9aa7a2);
  --good: light-dark(#146a4b, #5fce9f);
  --blue: light-dark(#1f5fa8, #7fb5f0);
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body {
  margin: 0; background: var(--ground); color: var(--text); font: 15px/1.55 system-ui, sans-serif;
  display: grid; grid-template-columns: minmax(0, 1fr); max-width: 84rem; margin-inline: auto;
}
a { color: var(--blue); }
nav { padding: 1.25rem; font-size: .9rem; border-bottom: 1px solid var(--line); }
nav ul { list-style: none; margin: 0; padding: 0; }
nav p { margin: .8rem 0 .2rem; font-weight: 600; }
nav a { text-decoration: none; overflow-wrap: anywhere; }
nav a:hover { text-decoration: underline; }
.brand { font-size: 1.1rem; margin-top: 0; }
main { padding: 1.25rem clamp(1rem, 3vw, 2.5rem) 4rem; }
@media (min-width: 62rem) {
  body { grid-template-columns: 19rem minmax(0, 1fr); }
  nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; border-bottom: 0; border-right: 1px solid var(--line); }
}
h1 { font-size: 1.5rem; margin: 0 0 .5rem; }
h1 small { color: var(--quiet); font-size: .9rem; font-weight: 400; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
h4 { font-size: .8rem; margin: .8rem 0 .2rem; color: var(--quiet); font-weight: 500; }
p { margin: .4rem 0; }
.summary { font-weight: 600; }
.quiet { color: var(--quiet); font-size: .9rem; }
.operation {
  background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1rem 1.2rem; margin: .9rem 0;
}
.method {
  font: 600 .72rem/1 ui-monospace, monospace; padding: .15rem .35rem; border-radius: .25rem;
  border: 1px solid currentcolor; color: var(--quiet);
}
.method.post { color: var(--good); }
.method.get { color: var(--blue); }
code { font: .88em/1.4 ui-monospace, monospace; }
pre {
  margin: .2rem 0; padding: .7rem .9rem; overflow: auto; max-height: 30rem; background: var(--ground);
  border: 1px solid var(--line); border-radius: .4rem;
}
details { border-top: 1px solid var(--line); margin-top: .5rem; padding-top: .45rem; }
summary { cursor: pointer; color: var(--quiet); }
summary:hover, details[open] > summary { color: var(--text); }
.scroll { overflow-x: auto; }
:focus-visible { outline: 2px solid var(--good); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; }
th { text-align: left; font-weight: 500; color: var(--quiet); }
th, td { padding: .3rem .8rem .3rem 0; vertical-align: top; border-top: 1px solid var(--line); }
thead th { border-top: 0; }
td:first-child { white-space: nowrap; }
td p { margin: 0 0 .3rem; }
`;
