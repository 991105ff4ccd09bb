// Package desk is the responder desk: the web pages on which people of the agencies see a call for help and answer it, and the same
// operations as JSON under /api/v1/.
//
// The broker builds it with [New] and hands it a [Book] of the cases, the [Zones] and the [Fleet]; the desk keeps nothing itself
// but who is signed in. Everything on a page is derived from the book, so a page that was cut off is whole again after one
// reconnect: each change has the permanent id of its place in the ledger, and the stream replays what came after the last id that
// the page saw.
//
// What it promises when things fail: a page that hears no heartbeat says so within six seconds and in words; a command that the
// ledger did not take is told to the person who gave it, and nothing on the page pretends otherwise; a reader too slow to follow is
// cut off and catches up by replay. No page, title, address or log line carries a name, a responder's code of another agency or
// free text.
//
// Nobody is let in without a sign-in. Until the county's own sign-in is set up the desk opens only in development mode, by a link
// that works once; otherwise every page says that sign-in is not set up.
package desk
