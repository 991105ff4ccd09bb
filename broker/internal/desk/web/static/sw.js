// Shows what is pushed to this browser. Every push shows something: a browser takes the right away from whoever stays silent.
self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', e => e.waitUntil(self.clients.claim()))

self.addEventListener('push', e => {
  let n = {}
  try { n = e.data.json() } catch { /* below is what is shown then */ }
  e.waitUntil(self.registration.showNotification(String(n.title || 'Safe Youth Zone'), {
    body: String(n.body || 'Open the desk.'),
    tag: String(n.tag || 'syz'),
    renotify: true,
    requireInteraction: Boolean(n.urgent),
    vibrate: n.urgent ? [400, 150, 400, 150, 400] : [200],
    data: { link: String(n.link || '') },
  }))
})

// A touch opens the person's own answer page, or the desk. It answers nothing.
self.addEventListener('notificationclick', e => {
  e.notification.close()
  const to = new URL(e.notification.data?.link || '/', self.location.origin)
  const url = to.origin === self.location.origin ? to.href : self.location.origin + '/'
  e.waitUntil((async () => {
    for (const c of await self.clients.matchAll({ type: 'window' })) {
      if (c.url === url) return c.focus()
    }
    return self.clients.openWindow(url)
  })())
})

// The push service may give this browser a new address at any time.
self.addEventListener('pushsubscriptionchange', e => {
  e.waitUntil((async () => {
    const key = e.oldSubscription?.options.applicationServerKey
    const sub = e.newSubscription ?? (key && await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }))
    if (!sub) return
    await fetch('/push/subscribe', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(sub.toJSON()) })
  })())
})
