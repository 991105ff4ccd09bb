// Package audit keeps who saw and did what at the desk: in chains of the ledger, one for each node and day, each tied to the one before it,
// so that nobody can change it afterwards or take a day out; the newest lines are also in memory, and older ones are read from the ledger
// when an auditor looks for something.
//
// What has to be kept before it is done or shown (an export, a broken glass, a role, the reading of a case) goes through [Book.Keep], which
// returns once it is on the disk and fails when the ledger does; all who wait at the same moment share one record and one write. Everything
// else goes through [Book.Note]: it never waits and never fails; should the ledger refuse it, it is in the log with the words "audit not
// stored".
package audit
