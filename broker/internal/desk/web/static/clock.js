// Everything that moves with time. The server's clock is the truth: its heartbeat says how far this machine's is off.
import { $, all } from './dom.js'

let skew = 0, beat = 0
const zone = document.body.dataset.tz || undefined
const wall = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZone: zone })
const two = n => String(n).padStart(2, '0')

export function heard(server) { skew = Date.now() - server; beat = performance.now() }
export const now = () => Date.now() - skew

export function elapsed(ms) {
  const s = Math.max(0, Math.floor(ms / 1000)), h = Math.floor(s / 3600), m = Math.floor(s % 3600 / 60)
  if (h >= 48) return `${Math.floor(h / 24)} d ${h % 24} h`
  return h ? `${h} h ${two(m)} m` : `${m}:${two(s % 60)}`
}

function left(ms) {
  if (ms <= -60000) { const m = Math.floor(-ms / 60000), h = Math.floor(m / 60); return (h >= 48 ? `${Math.floor(h / 24)} days` : h ? `${h} h ${m % 60} min` : `${m} min`) + ' late' }
  if (ms < 60000) return 'now'
  const m = Math.round(ms / 60000), h = Math.floor(m / 60)
  return 'in ' + (h >= 48 ? `${Math.floor(h / 24)} days` : h ? `${h} h ${m % 60} min` : `${m} min`)
}

// about says the minutes as the kiosk does.
function about(ms) {
  const n = Math.ceil(ms / 60000)
  return ms <= 0 ? 'later than planned' : n === 1 ? 'about 1 minute' : `about ${n} minutes`
}

function put(e, text) { if (e.textContent !== text) e.textContent = text }

export function tick() {
  const t = now()
  put($('#clock'), wall.format(t))
  for (const e of all('[data-run]')) put(e, elapsed(t - e.dataset.run))
  for (const e of all('[data-left]')) put(e, left(e.dataset.left - t))
  for (const e of all('[data-about]')) put(e, about(e.dataset.about - t))
  for (const e of all('[data-due]')) e.hidden = t < Number(e.dataset.due)
  const last = $('#lastbeat')
  if (last && beat) put(last, `Last connected ${Math.floor((performance.now() - beat) / 1000)} s ago`)
}
