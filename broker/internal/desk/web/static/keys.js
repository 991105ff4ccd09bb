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

// Where a key leads in the case that is shown: the first of these controls that is there.
const controls = {
  a: ['#ack'], c: ['[name=eta_min]'], r: ['#arrived'], o: ['#handover'], m: ['[name=message]:checked', '[name=message]'],
  s: ['#decline'], y: ['#split'], l: ['#left'], x: ['#close'],
}
const control = key => controls[key].map(s => $('#case ' + s)).find(Boolean)

// go opens the step around a control, and focuses it. Only to acknowledge acts at once.
function go(key) {
  const e = control(key)
  if (!e) return
  if (key === 'a') return e.click()
  const step = e.closest('details')
  if (step) step.open = true
  e.focus()
  e.scrollIntoView({ block: 'nearest' })
}

const does = { j: () => move(1), k: () => move(-1), h: hush, n: toggle, p: () => selected() && print() }
for (const key of Object.keys(controls)) does[key] = () => go(key)

// offers are what a key would do now, in the words of the help.
export function offers() {
  const able = key => key === 'p' ? selected() : key === 'n' || Object.hasOwn(controls, key) && control(key)
  const named = [...all('.keylist dt')].map(dt => ({ key: words(dt).toLowerCase(), words: words(dt.nextElementSibling) }))
  return named.filter(o => able(o.key)).map(o => ({ ...o, words: o.words[0].toUpperCase() + o.words.slice(1), run: does[o.key] }))
}
const words = e => e.textContent.trim()

export function start() {
  const help = $('#help'), on = $('#keyson')
  for (const b of all('[data-help]')) { b.hidden = false; b.addEventListener('click', () => help.showModal()) }
  if (on) {
    on.checked = localStorage.getItem('keys') !== 'off'
    on.addEventListener('change', () => localStorage.setItem('keys', on.checked ? 'on' : 'off'))
  }
  addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.repeat || $('dialog[open]') || e.target.matches('input:not([type=radio],[type=checkbox]),textarea,select')) return
    if (e.key === '?') { help.showModal(); return }
    if (document.body.dataset.locked !== undefined && !['h', 'n'].includes(e.key.toLowerCase())) return
    const act = on?.checked && Object.hasOwn(does, e.key.toLowerCase()) && does[e.key.toLowerCase()]
    if (!act) return
    e.preventDefault()
    act()
  })
}
