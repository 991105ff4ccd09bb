// The link to the server: one event stream, a watchdog over its heartbeat, and a reconnect that replays what was missed.
import { $ } from './dom.js'

const SILENT = 5000 // ms without a heartbeat until the page says so: the server beats every 2 s
const BROKEN = 2500 // ms after a link is known to be broken: a short restart need not alarm anybody

export function follow({ after, onCard, onBeat, onLink, onBanners, onLooking, onLock, onOpen }) {
  let source, last = after, heard = performance.now(), up, back = 250, retry = 0, broken = 0

  function link(now, why) {
    if (now !== up || why) onLink(now, why)
    up = now
  }
  function alive() {
    heard = performance.now()
    back = 250
    broken = 0
    link(true)
  }
  function open() {
    clearTimeout(retry)
    retry = 0
    source?.close()
    source = new EventSource('/events?after=' + encodeURIComponent(last))
    source.addEventListener('beat', e => { alive(); onBeat(Number(e.data)) })
    source.addEventListener('card', e => { last = e.lastEventId; alive(); onCard(JSON.parse(e.data)) })
    source.addEventListener('banners', e => onBanners(JSON.parse(e.data)))
    source.addEventListener('looking', e => onLooking(JSON.parse(e.data)))
    source.addEventListener('open', onOpen)
    source.addEventListener('lock', e => onLock(JSON.parse(e.data)))
    source.addEventListener('reset', () => location.reload())
    source.addEventListener('signed-out', () => { source.close(); link(false, 'signed-out') })
    source.onerror = () => { broken ||= performance.now(); if (source.readyState === EventSource.CLOSED) refused() }
  }
  // refused: the server answered with something else than a stream. Ask why, since the stream itself can not say.
  async function refused() {
    source.close()
    try {
      const r = await fetch('/session', { signal: AbortSignal.timeout(4000) })
      if (r.status === 401) return link(false, 'signed-out')
    } catch { /* no server at all */ }
    retry ||= setTimeout(open, back)
    back = Math.min(back * 2, 2000)
  }
  setInterval(() => {
    const now = performance.now(), silent = now - heard
    if (silent >= SILENT || (broken && now - broken >= BROKEN)) link(false)
    if (silent >= SILENT && silent % 5000 < 500 && !retry) open() // the link may be half open: a new one finds out
  }, 500)
  addEventListener('online', () => { if (!up) open() })
  open()
}

// shown keeps the pill and the banner; it returns what the page calls when the link changes.
export function shown() {
  return (up, why) => {
    const pill = $('#conn')
    document.body.classList.toggle('cut', !up)
    pill.className = 'pill ' + (up ? 'live' : 'cut')
    $('.say', pill).textContent = up ? 'Live' : 'Not connected'
    $('#banner').hidden = up
    const out = why === 'signed-out'
    $('#bannerlink').hidden = !out
    $('#bannersay').textContent = out
      ? 'You are signed out. New calls do not show here.'
      : 'New calls do not show here. Zones must reach you by phone. Trying again.'
  }
}
