// Ringing: a new call rings until this agency has answered; what comes later rings until somebody says that they heard it.
import { $, all } from './dom.js'

let audio, loop = 0, wanted = localStorage.getItem('sound') !== 'off'
const heardKey = 'heard'
const heard = new Set(JSON.parse(sessionStorage.getItem(heardKey) || '[]'))

const ringing = () => [...all('.card[data-ring]')].filter(c => !(c.dataset.quiet !== undefined && heard.has(c.dataset.ring)))

function tone(at, hertz, length) {
  const o = audio.createOscillator(), g = audio.createGain()
  o.frequency.value = hertz
  g.gain.setValueAtTime(0, at)
  g.gain.linearRampToValueAtTime(0.4, at + 0.02)
  g.gain.exponentialRampToValueAtTime(0.001, at + length)
  o.connect(g).connect(audio.destination)
  o.start(at)
  o.stop(at + length)
}

function ring() {
  const t = audio.currentTime, fresh = ringing().some(c => c.dataset.new === 'true')
  for (const [d, f] of fresh ? [[0, 784], [0.2, 1047], [0.4, 784], [0.6, 1047]] : [[0, 659], [0.25, 659]]) tone(t + d, f, 0.35)
}

const on = () => wanted && audio?.state === 'running'

function show() {
  const b = $('#sound')
  b.hidden = !on() // the bar says it louder
  const bar = $('#mutebar')
  bar.hidden = Boolean(on())
  bar.classList.toggle('calling', ringing().length > 0)
  b.setAttribute('aria-pressed', String(Boolean(on())))
  $('.say', b).textContent = on() ? 'Sound on' : 'Sound is off: turn on'
}

// check starts or stops the ringing after anything changed.
export function check() {
  const must = on() && ringing().length > 0
  if (must && !loop) { ring(); loop = setInterval(ring, 3000) }
  if (!must && loop) { clearInterval(loop); loop = 0 }
  document.body.classList.toggle('ringing', ringing().length > 0)
  $('#mutebar').classList.toggle('calling', ringing().length > 0)
  const silence = $('#heard')
  if (silence) silence.hidden = !ringing().some(c => c.dataset.quiet !== undefined)
}

// hush marks what came later as heard, on this desk.
export function hush() {
  for (const c of ringing()) if (c.dataset.quiet !== undefined) heard.add(c.dataset.ring)
  sessionStorage.setItem(heardKey, JSON.stringify([...heard].slice(-200)))
  check()
}

async function wake() {
  audio ??= new AudioContext()
  audio.onstatechange = () => { show(); check() }
  if (audio.state !== 'running') await audio.resume()
  show()
  check()
}

// start: browsers allow sound only after the person has touched the page; the first touch anywhere is enough.
export function start() {
  if (document.body.dataset.rings === undefined) return // nothing ever rings at this seat
  show()
  const first = e => { if (wanted && !e.target.closest?.('#sound,#unmute') && e.key !== 'n') wake() }
  addEventListener('click', first, { once: true }) // not earlier: the page may move under the finger when the button goes quiet
  addEventListener('keydown', first, { once: true })
  $('#sound').addEventListener('click', toggle)
  $('#unmute').addEventListener('click', toggle)
}

export async function toggle() {
  if (document.body.dataset.rings === undefined) return
  wanted = !on()
  localStorage.setItem('sound', wanted ? 'on' : 'off')
  if (wanted) { await wake(); if (!ringing().length) ring() } else { show(); check() }
}
