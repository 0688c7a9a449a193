/** What a page of a load run has beside the look of every page: its tables of numbers, and its plots. */
export const plotStyle = `
:root{--s0:#0b4fb3;--s1:#a33d00;--s2:#0b6b4a;--s3:#7a2f8f;--s4:#5c5c66;--s5:#7a5a00;--s6:#9a1750;--band:.16}
@media (prefers-color-scheme:dark){:root{--s0:#8ab6ff;--s1:#ffb08a;--s2:#7fdcbb;--s3:#d9a6ec;--s4:#a6a6b0;--s5:#e6c65a;--s6:#ff9ac2;--band:.24}}
main{overflow-wrap:anywhere}.numbers{overflow-wrap:normal}
.numbers th[scope=row]{font-weight:normal}.numbers td{white-space:nowrap}.numbers td.long{white-space:normal;min-width:16rem}
.numbers th code{white-space:nowrap}
.numbers .number{text-align:right;font-variant-numeric:tabular-nums}
.plot{margin:.4rem 0 .8rem}
.plot svg{display:block;min-width:38rem;max-width:64rem;width:100%;height:auto;font:12px system-ui,sans-serif}
.plot .grid{stroke:var(--line)}.plot .axis{stroke:var(--dim)}.plot .title{fill:var(--dim)}
.plot .band{stroke:none;opacity:var(--band)}.plot .line{fill:none;stroke-width:2;stroke-linejoin:round}
.plot .empty{fill:var(--line);opacity:.6}.plot .mark{stroke:var(--warn);stroke-dasharray:2 3}
.plot text.mark{stroke:none;fill:var(--warn)}
.plot .s0,.legend .s0{stroke:var(--s0);fill:var(--s0)}
.plot .s1,.legend .s1{stroke:var(--s1);fill:var(--s1)}
.plot .s2,.legend .s2{stroke:var(--s2);fill:var(--s2)}
.plot .s3,.legend .s3{stroke:var(--s3);fill:var(--s3)}
.plot .s4,.legend .s4{stroke:var(--s4);fill:var(--s4)}
.plot .s5,.legend .s5{stroke:var(--s5);fill:var(--s5)}
.plot .s6,.legend .s6{stroke:var(--s6);fill:var(--s6)}
.plot svg path.line{fill:none}.plot svg path.band{stroke:none}
.d1{stroke-dasharray:7 3}.d2{stroke-dasharray:2 3}.d3{stroke-dasharray:9 3 2 3}.d4{stroke-dasharray:1 4}.d5{stroke-dasharray:4 2}.d6{stroke-dasharray:1 2}
.legend{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;margin:.3rem 0;padding:0;list-style:none;font-size:.9rem}
.legend svg{width:2.2rem;height:.8rem;vertical-align:middle;margin-right:.4rem}
.legend .line{stroke-width:2.5;fill:none}
.note{color:var(--dim);max-width:60rem}
.part{margin:.3rem 0}.part>summary{cursor:pointer;padding:.2rem 0}
.diagnostic{border-left:.4rem solid var(--warn)}
`;
