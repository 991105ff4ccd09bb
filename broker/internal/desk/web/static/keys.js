// Single keys for people who live on this page. They can be switched off, and never act while somebody types. Only A acts at once;
// every other key that would commit something opens its step and puts the focus on its button.
import { $, all } from './dom.js'
import { selected } from './cards.js'
import { show } from './case.js'
import { hush, toggle } from './sound.js'

function move(by) {
  const cards = [...all('.card')].filter(c => c.offsetParent)
  if (!cards.length) return
  const at = cards.findIndex(c => c.dataset.id === selected())
  const next = cards[Math.max(0, Math.min(cards.length - 1, at < 0 ? 0 : at + by))]
  $('a', next).focus()
  show(next.dataset.id)
}

// go opens the step around the first of some controls that is there, and focuses it.
function go(...css) {
  const e = css.map(s => $('#case ' + s)).find(Boolean)
  if (!e) return
  const step = e.closest('details')
  if (step) step.open = true
  e.focus()
  e.scrollIntoView({ block: 'nearest' })
}

const does = {
  j: () => move(1), k: () => move(-1), h: hush, n: toggle, p: () => selected() && print(),
  a: () => $('#ack')?.click(),
  c: () => go('[name=eta_min]'), r: () => go('#arrived'), o: () => go('#handover'), m: () => go('[name=message]:checked', '[name=message]'),
  s: () => go('#decline'), y: () => go('#split'), l: () => go('#left'), x: () => go('#close'),
}

export function start() {
  const help = $('#help'), on = $('#keyson')
  for (const b of all('[data-help]')) { b.hidden = false; b.addEventListener('click', () => help.showModal()) }
  if (on) {
    on.checked = localStorage.getItem('keys') !== 'off'
    on.addEventListener('change', () => localStorage.setItem('keys', on.checked ? 'on' : 'off'))
  }
  addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.repeat || help.open || e.target.matches('input:not([type=radio],[type=checkbox]),textarea,select')) return
    if (e.key === '?') { help.showModal(); return }
    if (document.body.dataset.locked !== undefined && !['h', 'n'].includes(e.key.toLowerCase())) return
    const act = on?.checked && Object.hasOwn(does, e.key.toLowerCase()) && does[e.key.toLowerCase()]
    if (!act) return
    e.preventDefault()
    act()
  })
}
