// Who looks at a case: this page says so while somebody can see it, and shows who else does.
import { $, all } from './dom.js'
import { selected } from './cards.js'

const EVERY = 5000
let who = {}, told = ''

export function paint() {
  for (const c of all('.card')) {
    const line = $('.looks', c), names = who[c.dataset.id] ?? []
    if (!line) continue
    line.hidden = names.length === 0
    $('span', line).textContent = names.join(', ')
  }
  const line = $('#looks')
  if (!line) return
  const names = who[selected()] ?? []
  line.hidden = names.length === 0
  $('span', line).textContent = names.join(', ')
}

// show takes the whole picture: case -> the other seats that look at it.
export function show(all) { who = all; paint() }

export function tell() {
  if (document.body.dataset.locked !== undefined) return
  const id = document.visibilityState === 'visible' && (document.body.dataset.view === 'detail' || $('.listpane')?.offsetParent) ? selected() : ''
  if (!id && !told) return
  told = id
  fetch(id ? `/desk/${id}/looking` : '/desk/away', { method: 'POST', signal: AbortSignal.timeout(4000), keepalive: true }).catch(() => {})
}

export function start() {
  tell()
  setInterval(tell, EVERY)
  document.addEventListener('visibilitychange', tell)
  addEventListener('pagehide', () => { if (told) navigator.sendBeacon('/desk/away') })
}
