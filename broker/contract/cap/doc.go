// Package cap puts an activation into Common Alerting Protocol 1.2 messages (OASIS), for the systems of an emergency operations
// centre that are not the desk.
//
// The scope is always Private, never Public: what happens in a zone is for named receivers. A message carries the short code and the
// name of the zone in fixed words, nothing of what was asked for, by whom, or about whom; the identifiers are hashes that say
// nothing to a stranger. The mode is the status: an actual call is Actual, a drill is Exercise, a test is Test.
//
// [Steps] derives the story of a case from its events, and [Encode] makes the message of the last step, which refers to all earlier
// ones. Both are functions of their arguments, so that every node, and a node after a restart, makes the same messages.
package cap
