// The page: wires the stream, the list, the case, the clock, the sound and the keys together.
import { $, all, elements, notice } from './dom.js'
import * as stream from './stream.js'
import * as clock from './clock.js'
import * as sound from './sound.js'
import * as cards from './cards.js'
import * as shownCase from './case.js'
import * as keys from './keys.js'
import * as awake from './awake.js'
import * as looking from './looking.js'
import * as watching from './watching.js'
import * as lock from './lock.js'
import * as once from './once.js'
import * as palette from './palette.js'
import * as zones from './zones.js'

const { page, rev, now } = document.body.dataset

clock.heard(Number(now))
sound.start()
keys.start()
if (page === 'desk') shownCase.start()
$('#noticeok').addEventListener('click', () => notice(''))
$('#heard')?.addEventListener('click', sound.hush)
awake.start()
watching.start()
lock.start()
once.start()
palette.start()
zones.start()

stream.follow({
  after: rev,
  onBeat: clock.heard,
  onLink: stream.shown(),
  onBanners: html => $('#banners').replaceChildren(elements(html)),
  onLooking: looking.show,
  onLock: lock.show,
  onOpen: lock.check,
  onCard(c) {
    cards.place(c)
    if (page === 'desk') later(c.id)
  },
})

// What changed is painted first; the rest of the case is asked for after that, once for all that came at the same moment.
const due = new Set()
function later(id) {
  due.add(id)
  if (due.size > 1) return
  const ask = () => setTimeout(() => {
    const ids = [...due]
    if (!ids.length) return
    due.clear()
    clock.tick()
    if (ids.includes(cards.selected())) shownCase.refresh(cards.selected())
    else if (!cards.selected()) shownCase.show(ids[0], { push: false, view: document.body.dataset.view })
  })
  requestAnimationFrame(ask)
  setTimeout(ask, 100) // a page that nobody sees is not painted
}

// Parts of a page that stay fresh by themselves.
for (const part of all('[data-refresh]')) {
  setInterval(async () => {
    if (part.contains(document.activeElement) && document.activeElement !== document.body) return // nobody loses their place
    const r = await fetch(part.dataset.refresh, { signal: AbortSignal.timeout(4000) }).catch(() => null)
    if (r?.ok) part.replaceChildren(elements(await r.text()))
  }, 5000)
}

if (page === 'desk') looking.start()
setInterval(clock.tick, 250)
clock.tick()
cards.count()
