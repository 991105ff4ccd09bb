// Package button is the rule that makes presses out of the level of a contact. It is a pure function of time and level: [Rule.Step] is
// called with every edge and at every [Rule.Next], and says what happened.
//
// A contact bounces, sticks and may be held while the device starts. If in doubt it is a press: a level that holds for Settle counts,
// and one that is there at the start counts too.
package button
