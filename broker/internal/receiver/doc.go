// Package receiver takes what devices send, and is the only place where an event of a device becomes accepted.
//
// Accepted means that the ledger has it. Only then does the receipt grow, and the receipt is the only thing that makes a device
// stop repeating; a PUBACK means nothing. What happens when things fail:
//
//	not stored                     no receipt; the device repeats, with the same id and number
//	stored, but the answer is lost  no receipt; the device repeats, the case has seen the id, the receipt grows
//	can never be accepted          a rejection with its reason is stored and told; the device keeps the event and tells staff
//	came before its case was raised  nothing; the device repeats it after the raising event, in order
//
// Events of one device are taken in the order in which they come, and raising events of one zone one after the other, so that two
// kiosks of a zone make one case.
package receiver
