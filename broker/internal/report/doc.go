// Package report makes the county's fact sheet: every figure and chart of the founding one for a fixed period and a set of stations, and
// what the founding one could not show.
//
// It is a function of values. The broker hands it [Recovery] records that it read from the ledger, the [Arrests] that people entered,
// and a [Scope]; [Make] answers with a [Sheet]. [Sheet.Systems] lists what is counted in it so that disclosure control can say which
// cells may not be published, and [Sheet.Publish] takes those out. HTML, CSV and JSON are written from the sheet alone, so a number
// that is not in it can be in none of them.
//
// A recovery is an event and an individual is a person; a percentage always stands beside its numerator and denominator.
package report
