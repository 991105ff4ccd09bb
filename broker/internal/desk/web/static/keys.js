// Single keys for people who live on this page. They can be switched off, and never act while somebody types.
import { $, all } from './dom.js'
import { selected } from './cards.js'
import { show } from './case.js'
import { hush } from './sound.js'

function move(by) {
  const cards = [...all('.card')].filter(c => c.offsetParent)
  if (!cards.length) return
  const at = cards.findIndex(c => c.dataset.id === selected())
  const next = cards[Math.max(0, Math.min(cards.length - 1, at < 0 ? 0 : at + by))]
  $('a', next).focus()
  show(next.dataset.id)
}

export function start() {
  const help = $('#help'), on = $('#keyson')
  on.checked = localStorage.getItem('keys') !== 'off'
  on.addEventListener('change', () => localStorage.setItem('keys', on.checked ? 'on' : 'off'))
  for (const b of all('[data-help]')) { b.hidden = false; b.addEventListener('click', () => help.showModal()) }
  addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.repeat || help.open || e.target.matches('input,textarea,select')) return
    if (e.key === '?') { help.showModal(); return }
    if (!on.checked) return
    switch (e.key.toLowerCase()) {
      case 'j': move(1); break
      case 'k': move(-1); break
      case 'a': $('#ack')?.click(); break
      case 'h': hush(); break
      default: return
    }
    e.preventDefault()
  })
}
