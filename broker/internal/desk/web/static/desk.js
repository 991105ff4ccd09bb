// The page: wires the stream, the list, the case, the clock, the sound and the keys together.
import { $, element, notice } from './dom.js'
import * as stream from './stream.js'
import * as clock from './clock.js'
import * as sound from './sound.js'
import * as cards from './cards.js'
import * as shownCase from './case.js'
import * as keys from './keys.js'

const { page, rev, now } = document.body.dataset

clock.heard(Number(now))
sound.start()
keys.start()
if (page === 'desk') shownCase.start()
$('#noticeok').addEventListener('click', () => notice(''))
$('#heard')?.addEventListener('click', sound.hush)

stream.follow({
  after: rev,
  onBeat: clock.heard,
  onLink: stream.shown(),
  onCard(c) {
    cards.place(c)
    if (page !== 'desk') return
    if (c.id === cards.selected()) shownCase.refresh(c.id)
    else if (!cards.selected()) shownCase.show(c.id, { push: false, view: document.body.dataset.view })
    clock.tick()
  },
})

if (page === 'devices') {
  setInterval(async () => {
    const r = await fetch('/devices/table', { signal: AbortSignal.timeout(4000) }).catch(() => null)
    if (!r?.ok) return
    const box = document.createElement('div')
    box.id = 'devicetable'
    box.append(element(await r.text()))
    $('#devicetable').replaceWith(box)
  }, 5000)
}

setInterval(clock.tick, 250)
clock.tick()
cards.count()
