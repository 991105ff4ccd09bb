// Passkeys: the browser's authenticator answers what the desk asks. A button with data-passkey says for what: sign-in, again or new.
const post = (path, body) => fetch(path, {
  method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(15000),
  headers: { 'Content-Type': 'application/json', Accept: 'application/problem+json' },
})

async function read(r) {
  const doc = await r.json()
  if (r.ok) return doc
  throw Object.assign(new Error(doc.title), { said: doc.title + ' ' + (doc.detail ?? '') })
}

function say(text) {
  const line = document.querySelector('#passkeysay')
  if (!line) return
  line.textContent = text
  line.hidden = !text
}

// words says what went wrong at the authenticator, for a person.
function words(e, making) {
  if (e.said) return e.said
  if (e.name === 'InvalidStateError') return 'This device already has a passkey for you. Use another device or a security key.'
  if (e.name === 'NotAllowedError') return making ? 'No passkey was made. It was cancelled, or it took too long. Try again.' : 'No passkey was used. It was cancelled, or it took too long. Try again.'
  if (e.name === 'SecurityError') return 'This address can not use passkeys. Open the desk by its own name.'
  return 'The desk did not answer. Check the connection and try again.'
}

async function go(button) {
  const { passkey, link, here } = button.dataset
  const next = here !== undefined ? location.pathname + location.search : button.dataset.next
  const making = passkey === 'new'
  say('')
  if (!globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) return say('This browser is too old for passkeys. Update it, or use another one.')
  button.setAttribute('aria-busy', 'true')
  try {
    const publicKey = await read(await post('/passkey/begin', { for: passkey, link: link ?? '', next: next ?? '', name: making ? document.querySelector('#passkeyname')?.value ?? '' : '' }))
    const made = making
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) })
    const { to } = await read(await post('/passkey/finish', made.toJSON()))
    location.replace(to)
  } catch (e) {
    say(words(e, making))
  }
  button.removeAttribute('aria-busy')
}

addEventListener('click', e => {
  const button = e.target.closest?.('[data-passkey]')
  if (button && !button.hasAttribute('aria-busy')) go(button)
})
