/** The look of the page, light and dark, wide and narrow. No colour is the only sign of anything. */
export const style = `
:root{color-scheme:light dark;--back:#fff;--ink:#1b1b1f;--dim:#5c5c66;--line:#d5d5dc;--soft:#f5f5f8;--bad:#a3170f;--good:#0f5f2b;--warn:#7a4b00;--link:#0b4fb3;--hit:#fff3d6}
@media (prefers-color-scheme:dark){:root{--back:#16161a;--ink:#e7e7ea;--dim:#a6a6b0;--line:#3a3a42;--soft:#1f1f25;--bad:#ff9a8f;--good:#86d99b;--warn:#f0be6a;--link:#8ab6ff;--hit:#3b3017}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;padding:0 1.2rem 3rem;max-width:92rem;background:var(--back);color:var(--ink)}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
h2,h3,tr,.group{scroll-margin-top:6rem}
h2{margin:2rem 0 .6rem;font-size:1.3rem}h3{margin:1.4rem 0 .5rem;font-size:1.05rem}
h3 code{font-size:inherit}h3 small{font-weight:normal;color:var(--dim)}
code,pre{font:13px/1.45 ui-monospace,Menlo,Consolas,monospace;overflow-wrap:anywhere}
pre{margin:.2rem 0;white-space:pre-wrap}
.dim,small,.no{color:var(--dim)}small{display:block}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
.verdict{margin:1.2rem 0;padding:.8rem 1.2rem;border:1px solid var(--line);border-left:.5rem solid var(--warn);border-radius:.4rem;background:var(--soft)}
.verdict.failed{border-left-color:var(--bad)}.verdict.passed{border-left-color:var(--good)}
.verdict h1{margin:0;font-size:1.7rem;text-transform:uppercase;letter-spacing:.02em;overflow-wrap:anywhere}
.verdict h1 span{font-size:1rem;font-weight:normal;text-transform:none;letter-spacing:0}
.verdict p{margin:.3rem 0 0;overflow-wrap:anywhere}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;margin:.5rem 0;padding:0;list-style:none}
.wide{overflow-x:auto}
table{border-collapse:collapse}th,td{padding:.3rem .7rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{white-space:nowrap}td code{overflow-wrap:normal}td .tag{white-space:nowrap}
.totals td{text-align:right}
.requirements td:last-child{min-width:20rem;width:100%}.often{display:block;white-space:nowrap;color:var(--dim)}.requirements th[scope=row]{white-space:nowrap}td ul{margin:.2rem 0;padding-left:1.1rem;color:var(--dim)}
.tag{font-weight:600;white-space:nowrap}
.tag.failed,.tag.error{color:var(--bad)}.tag.lesser-failure,.tag.may-failure,.tag.known-failure,.tag.ambiguous{color:var(--warn)}.tag.passed{color:var(--good)}.tag.skipped{color:var(--dim)}
.filter{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;gap:.4rem .8rem;align-items:end;padding:.6rem 0;background:var(--back);border-bottom:1px solid var(--line)}
.filter label{display:grid;font-size:.85rem;color:var(--dim)}.filter[hidden]{display:none}
input,select,button{font:inherit;padding:.25rem .5rem;border:1px solid var(--dim);border-radius:.3rem;background:var(--back);color:var(--ink);max-width:100%}
output{margin-left:auto}
.case{margin:.3rem 0;border:1px solid var(--line);border-radius:.3rem;scroll-margin-top:6rem}
.case>summary{padding:.35rem .7rem;cursor:pointer;overflow-wrap:anywhere}
.case[open]>summary{border-bottom:1px solid var(--line);background:var(--soft)}
.case:target,.frames li:target{outline:2px solid var(--link)}
.case>:not(summary){margin-left:.9rem;margin-right:.9rem}
.check{margin:.6rem 0;overflow-wrap:anywhere}.check p{margin:.2rem 0}
.finding{display:grid;grid-template-columns:6rem 1fr;gap:.1rem .8rem;margin:.5rem 0}
.finding dt{color:var(--dim)}.finding dd{margin:0;min-width:0;overflow-wrap:anywhere}
.again code{user-select:all}
.excerpt,.again code{background:var(--soft)}
.excerpt{padding:.5rem}
.group{margin:0 0 1.6rem}.group h3{overflow-wrap:anywhere}
.scene{margin:.6rem 0 0;padding:.1rem 0 .1rem .9rem;border-left:3px solid var(--line)}
.scene summary{cursor:pointer;padding:.3rem 0}
.frames ol{list-style:none;margin:0;padding:0}
.frames li{padding:.25rem .5rem;border-bottom:1px solid var(--line);scroll-margin-top:6rem;overflow-wrap:anywhere}
.frames .no{display:inline-block;min-width:3rem}
.frames .way{color:var(--dim)}.hit{background:var(--hit)}.frames .hit .no,.frames .hit .way{color:inherit}.mark{color:var(--bad)}
.gap{color:var(--dim);font-style:italic}em{color:var(--warn)}
.sequence,.automaton{display:block;max-width:none;font:12px ui-monospace,Menlo,Consolas,monospace}
svg text{fill:var(--ink)}svg .when,svg .gap{fill:var(--dim)}svg .who{font-weight:bold}
svg line{stroke:var(--dim)}svg .life{stroke:var(--line);stroke-width:2}svg path,svg circle{fill:var(--dim)}svg .cross{stroke:var(--bad);stroke-width:2;fill:none}
svg .hit{background:none}svg .hit text{fill:var(--bad);font-weight:bold}svg .hit .wire{stroke:var(--bad);stroke-width:2}svg .hit path{fill:var(--bad)}
.life-of{display:flex;flex-wrap:wrap;gap:1rem 2rem;align-items:flex-start}.life-of>:last-child{flex:1 1 24rem;min-width:0}.life-of>:first-child{max-width:100%}
svg .state rect{fill:var(--soft);stroke:var(--ink)}svg .state.last rect{stroke-width:3}
svg .step path{fill:none;stroke:var(--dim);stroke-width:1.5}svg .step .head{fill:var(--dim);stroke:none}svg .step circle{fill:var(--back);stroke:var(--dim)}svg .step text{font-size:11px}
svg .seen path{stroke:var(--good);stroke-width:2}svg .seen .head{fill:var(--good)}svg .seen circle{stroke:var(--good)}
svg .asked path{stroke-dasharray:7 4}svg .idle path,svg .silent path{stroke-dasharray:1 4}svg .step .head{stroke-dasharray:none}
svg .failed path{stroke:var(--bad);stroke-width:4}svg .failed .head{fill:var(--bad);stroke:none}svg .failed circle{stroke:var(--bad);stroke-width:2}svg .failed text{fill:var(--bad);font-weight:bold}
.way{border-bottom:2px solid var(--dim);color:var(--ink)}.way.seen{border-bottom-color:var(--good)}.way.asked{border-bottom-style:dashed}.way.idle{border-bottom-style:dotted}.way.failed{border-bottom:4px solid var(--bad)}
.scopes td .dim{display:block}.scopes th[scope=row]{white-space:nowrap}
[hidden]{display:none!important}
@media (max-width:40rem){body{padding:0 .7rem 2rem}.filter{position:static}.filter label{flex:1 1 45%}.finding{grid-template-columns:1fr}.finding dt{margin-top:.3rem}.verdict{padding:.6rem .8rem}.case>:not(summary){margin-left:.6rem;margin-right:.6rem}.requirements td:last-child{min-width:14rem}.scene{padding-left:.5rem}}
@media print{.filter,nav,.skip{display:none}}`;
