// Package answer lets one person answer one activation from wherever they are, with nothing but a link: I take it, I am coming in so
// many minutes, I cannot.
//
// # The link
//
// A link is a [Grant] sealed with a key that only the broker has: person, activation, what they may say, until when, and a nonce. Who
// does not have the key can neither make one nor read one, so that a link in somebody's mailbox tells a reader nothing. The key is
// derived anew for each month from the broker's own; links live for hours. A link is good for one answer: the first that the ledger
// took. The page after it carries a new link, so that who has taken a call can say later when they will be there.
//
// # The page
//
// Reading a page never answers: mail scanners and previews open every link that they see. It names the short code and the zone, and
// nothing else of the call. Answering is a form of its own that works without scripts, on a telephone. The person is looked up again
// at every step, so that somebody who has left their agency has no way in by an old link.
//
// # When it fails
//
// The event's id comes from the link, so that an answer that is sent twice, or again after an error, is stored once. If the ledger can
// not be reached the page says that the answer is not certain, and the same link works again. What a person answered is told to
// dispatch after the ledger has it, never before.
package answer
