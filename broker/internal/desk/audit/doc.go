// Package audit keeps who saw and did what at the desk: in chains of the ledger, one for each node and day, so that nobody can change
// it afterwards, and lately also in memory, so that an auditor can look for something.
//
// What has to be kept before it is done (an export, a broken glass, a role) goes through [Book.Keep], which fails when the ledger does.
// Everything else, above all the reading of a case by somebody who answers a call for help, goes through [Book.Note]: it never waits
// and never fails, because help goes first; should the ledger refuse it, it is in the log with the words "audit not stored".
package audit
