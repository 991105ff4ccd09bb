// Package outbox is the durable log of what a device has to tell the broker. The agent appends; the uplink sends what is pending
// and reports receipts.
//
// Append hands the event over at once, so that it can be sent, and stores it at the same time: a slow or dead disk never delays a call
// for help. The ticket of Append tells when the event outlives a power cut. What is stored is sealed for the broker; in clear are
// ids, codes and times only.
//
// The happy path of a commit is write, fsync; several events may share one. Creating, compacting and healing after any error are one
// operation: everything that is still wanted is written to a new file: create, write, fsync, rename, fsync of the directory. A file
// that has failed once is never written again, because after a failed fsync nobody knows what it holds.
//
// Every start numbers its events in a new log with a random id. An event may have been sent before the power went and never reached
// this disk; its number must not be used twice. Events of older logs stay pending under their old numbers.
//
// Known holes: a disk that lies about fsync can lose what was acknowledged here but not yet sent. A broker that was restored from a
// backup gets again what the current log still holds (the last [Keep] receipted events), not what older logs held.
package outbox
