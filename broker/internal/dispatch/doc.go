// Package dispatch sees to it that somebody answers, or that somebody knows that nobody did.
//
// It watches the open cases, asks package ladder what to do, claims a rung by an event in the case's chain, and hands each notice to its
// channel. The claim is the lock: of many nodes the one whose claim the ledger took acts, and a node that dies after it is replaced after
// ladder.Takeover. What was queued and is not known to be sent is sent again after a restart, under the same id: a notice may reach
// its receiver twice, and a receiver that looks at the id shows it once. Every step of every notice is an event.
//
// A channel that is slow or dead delays nobody else: every channel, and every endpoint of a channel that has many, has a lane of its own
// with a limit of time, and a lane that keeps failing answers at once, so that the next way is tried.
package dispatch
