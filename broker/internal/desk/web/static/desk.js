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
    if (page !== 'desk') return
    if (c.id === cards.selected()) shownCase.refresh(c.id)
    else if (!cards.selected()) shownCase.show(c.id, { push: false, view: document.body.dataset.view })
    clock.tick()
  },
})

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
