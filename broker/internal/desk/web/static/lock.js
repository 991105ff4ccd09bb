// The lock: a desk that nobody touches hides what it knows and goes on ringing. The server decides; the page shows it at once, without
// being loaded anew, so that the sound stays on.
import { $, elements } from './dom.js'
import { count } from './cards.js'
import { tick } from './clock.js'
import './passkey.js'

const EVERY = 30000 // ms: how often a page says that somebody moves the mouse or presses a key
let told = 0

const locked = () => document.body.dataset.locked !== undefined

// check: a locked page whose stream opens anew may have been unlocked in another tab.
export async function check() {
  if (!locked()) return
  const r = await fetch('/session', { signal: AbortSignal.timeout(4000) }).catch(() => null)
  if (r?.status === 204) location.reload()
}

// show takes the markup of a locked page.
export function show(html) {
  if (locked()) return
  document.body.dataset.locked = ''
  $('#help')?.close()
  $('#palette')?.remove() // it knows the codes of cases
  $('#notice').hidden = true
  $('.under').replaceChildren(elements(html))
  for (const b of $('.under').querySelectorAll('[data-next]')) b.dataset.here = ''
  for (const i of $('.under').querySelectorAll('input[name=next]')) i.value = location.pathname + location.search
  for (const a of $('.under').querySelectorAll('a#county')) a.href = '/sign-in/county?again&next=' + encodeURIComponent(location.pathname + location.search)
  $('#lock')?.remove()
  $('#sheet').focus({ preventScroll: true })
  count()
  tick()
}

function active() {
  const now = performance.now()
  if (locked() || told && now - told < EVERY) return
  told = now
  fetch('/session/active', { method: 'POST', signal: AbortSignal.timeout(4000) }).catch(() => {})
}

export function start() {
  if (document.body.dataset.page === 'locked') document.body.dataset.locked = ''
  for (const what of ['pointerdown', 'pointermove', 'keydown', 'wheel']) addEventListener(what, active, { passive: true })
}
