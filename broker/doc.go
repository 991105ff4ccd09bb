// Package broker is the county's central responder broker: devices call for help through it, people at the responder desk answer,
// and what happened is kept in one append-only ledger from which everything else is derived.
//
// [Run] is the whole program; cmd/syz-broker gives it its configuration. [Start] is the same for tests and the simulator. The parts
// are in internal/ and know nothing of each other: they meet here. A message of a device travels
//
//	edge -> receiver -> casefile -> ledger -> casefile -> downlink -> edge
//	                                              \-> desk
//
// and is accepted only when the ledger has it on the disk. If the broker is killed at any point, devices repeat what has no
// receipt; if it is gone for long, kiosks tell staff which number to call.
package broker
