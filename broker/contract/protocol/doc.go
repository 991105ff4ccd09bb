// Package protocol is what each agency owes within 72 hours of a call for help, as data with a version, and the clock that runs over it.
//
// A [Template] is edited by a county at the desk; a case keeps the version that was in force when the ledger took it. [Run] says for
// the facts of a case and an instant how each duty stands. Due times are instants reached by adding durations, so neither daylight
// saving nor a restart moves them. Code [Lists] and [Stations] are data of the same sort.
//
// Everything here is a function of values: no input or output, no clock. A document that does not make sense is refused by Validate
// with every fault named, and never enters the ledger.
package protocol
