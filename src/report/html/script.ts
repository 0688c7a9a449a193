/**
 * What the page does besides being read: it filters its cases, and opens the one that its address names. It reads the
 * page and makes no markup, so that nothing a server has said can become any.
 */
export const script = `
'use strict';
const $ = (id) => document.getElementById(id);
const cases = [...document.querySelectorAll('details.case')].map((element) => ({ element, text: element.textContent.toLowerCase() }));
const fields = ['outcome', 'level', 'surface', 'target'].map((name) => ({ name, select: $('by-' + name) }));
for (const { name, select } of fields) {
  for (const value of [...new Set(cases.map(({ element }) => element.dataset[name]))].sort()) {
    if (value !== '') select.append(new Option(value, value));
  }
  select.addEventListener('change', filter);
}
const search = $('search');
search.addEventListener('input', filter);
function filter() {
  const words = search.value.toLowerCase().split(/\\s+/);
  let shown = 0;
  for (const { element, text } of cases) {
    const fits = fields.every(({ name, select }) => select.value === '' || element.dataset[name] === select.value) && words.every((word) => text.includes(word));
    element.hidden = !fits;
    if (fits) shown += 1;
  }
  for (const group of document.querySelectorAll('.group')) group.hidden = !group.querySelector('details.case:not([hidden])');
  $('shown').textContent = shown + ' of ' + cases.length + ' cases';
}
$('reset').addEventListener('click', reset);
function reset() {
  search.value = '';
  for (const { select } of fields) select.value = '';
  filter();
}
function open() {
  const element = $(location.hash.slice(1));
  if (!element) return;
  if (element.closest('[hidden]')) reset();
  for (let at = element; at; at = at.parentElement) if (at.localName === 'details') at.open = true;
  element.scrollIntoView();
  const heading = element.querySelector('summary');
  if (heading) heading.focus({ preventScroll: true });
}
addEventListener('hashchange', open);
addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT)$/.test(event.target.tagName)) return;
  event.preventDefault();
  search.focus();
});
$('filter').hidden = false;
filter();
// When the page is whole: until then the browser moves the focus where it thinks that the address leads.
addEventListener('load', open);
`;
