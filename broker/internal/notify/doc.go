// Package notify is what every way of reaching a person has in common: the notice, the words that it is put into, and the shape of a
// channel. Each channel is a package below this one. Dispatch decides who is told what and when, and calls [Channel.Send] from a
// worker of that channel with a time limit; a channel decides nothing, keeps no queue and never tries twice by itself.
//
// # What may be in a notification
//
// The short code of an activation and the name of its zone, nothing else: not what was asked for, not who pressed, not which device,
// not whom it is about. Notifications lie on lock screens, in mailboxes and in the logs of strangers. [Words] is the one function
// that makes them, for all channels. An exercise says so first.
//
// # What a return means
//
// Handed over is all that [Channel.Send] can promise: another machine has taken the notice. It is never an answer, and most channels
// can not even know whether it was delivered. An error says what dispatch does next: [ErrGone] drop the address, [ErrRefused] never
// try this again, anything else try later or elsewhere, not before [RetryAfter] if that says so. Errors carry neither addresses nor
// links, so that they can be logged and kept in the ledger.
package notify
