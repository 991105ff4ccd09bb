// The list: puts a changed card where it belongs, and counts what waits.
import { $, all, element, announce } from './dom.js'
import * as sound from './sound.js'
import { paint } from './looking.js'

const title = document.title.replace(/^\([^)]*\) /, '')

// before says whether a comes above b: first what waits for somebody, then the newest.
function before(a, b) {
  if (a.dataset.order !== b.dataset.order) return Number(a.dataset.order) < Number(b.dataset.order)
  return Number(a.dataset.since) > Number(b.dataset.since)
}

export function selected() { return $('#case')?.dataset.id ?? '' }

export function mark() {
  const id = selected()
  for (const c of all('.card')) {
    const is = c.dataset.id === id
    c.classList.toggle('selected', is)
    if (!$('a', c)) continue // a locked desk opens none
    is ? $('a', c).setAttribute('aria-current', 'true') : $('a', c).removeAttribute('aria-current')
  }
}

// count keeps real calls and practice apart, also in the badges.
export function count() {
  const real = all('#open .card[data-new=true]:not([data-practice])').length
  const drills = all('#open .card[data-new=true][data-practice]').length
  for (const [id, n] of [['#newcount', real], ['#drillcount', drills]]) {
    const badge = $(id)
    if (!badge) continue // a seat that sees no activations
    badge.textContent = n
    badge.hidden = n === 0
  }
  const [calm, call, drill] = document.body.dataset.icons.split(' ')
  const icon = $('link[rel=icon]'), want = real ? call : drills ? drill : calm
  if (icon.getAttribute('href') !== want) icon.setAttribute('href', want)
  document.title = (real ? `(${real}) ` : drills ? '(drill) ' : '') + title
  sound.check()
}

// place puts a card where it belongs, and says aloud what a person must know.
export function place({ id, html }) {
  const card = element(html), old = document.getElementById('c-' + id)
  if (old && Number(old.dataset.rev) > Number(card.dataset.rev)) return
  const focused = old?.contains(document.activeElement)
  const list = $(card.dataset.open === 'true' ? '#open' : '#ended')
  old?.remove()
  const next = [...list.children].find(c => before(card, c))
  list.insertBefore(card, next ?? null)
  if (!old) card.classList.add('fresh')
  if (focused) $('a', card).focus({ preventScroll: true })
  if (card.dataset.ring && card.dataset.ring !== old?.dataset.ring) {
    const practice = card.dataset.practice ? card.dataset.practice + ', ' : ''
    announce((old ? 'Changed: ' : 'New activation: ') + practice + card.dataset.zone)
  }
  mark()
  count()
  paint()
}
