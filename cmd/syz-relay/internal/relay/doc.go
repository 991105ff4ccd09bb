// Package relay stands between the broker's signed webhooks and a provider of text messages and voice calls whose API is shaped like
// Twilio's: it sends what the broker tells it, and carries replies and pressed keys back as answers.
//
// It keeps nothing that matters. Its right to answer for a person is the link that came with the notice and nothing else; it uses links of
// the one desk that it is set up for, and forgets them when it restarts: a reply then gets the advice to open the link in the message.
// Requests of the broker are taken when their signature is good and their time is recent, a repeat is taken once, and a request that
// claims to be the provider's is taken when the provider's signature over its own address and all of its fields is good.
//
// Text messages and calls pass through the provider's hands and are not secret from it. They hold the short code, the name of the zone,
// and the link.
package relay
