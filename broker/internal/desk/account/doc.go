// Package account keeps who may sign in at the desk and who is signed in: users with their passkeys, sessions, one-time links, tokens
// of programs, and glasses that were broken. It is used by the desk alone.
//
// Everything is in memory and in a durable table, so that a restart of the broker signs nobody out and forgets no decision. What
// somebody could sign in with is kept as a hash. A write is on the disk when it returns, and fails if somebody else was quicker; a
// one-time link can therefore be used once, whichever node is asked.
//
// The package decides nothing about what a role may do: it carries the names of roles.
package account
