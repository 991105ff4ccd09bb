// A desk that sleeps does not ring: while the page is seen, the screen stays on, where the browser allows it.
let lock

async function hold() {
  if (document.visibilityState !== 'visible' || !navigator.wakeLock || (lock && !lock.released)) return
  try {
    lock = await navigator.wakeLock.request('screen')
    document.body.dataset.awake = 'yes'
    lock.addEventListener('release', () => { document.body.dataset.awake = 'no' })
  } catch { document.body.dataset.awake = 'no' } // a battery that is low, or a policy: the rest still works
}

export function start() {
  hold()
  document.addEventListener('visibilitychange', hold)
}
