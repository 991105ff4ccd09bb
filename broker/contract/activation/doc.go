// Package activation is what a call for help is: its events, its stages and the rules by which one follows from the other.
//
// Everybody computes with it: the broker decides and folds with it, the desk and the kiosk show what it says. It is pure: it does
// no input or output, starts no goroutine and never reads a clock. Time arrives inside events and commands.
//
// There are two functions. [Decide] answers whether a command is possible now and which events it makes; [Apply] folds an event
// into a [State]. Apply depends on the set of events alone, not on their order and not on repeats, once the case was raised: a
// late, repeated or reordered event can not change what is true. The stage is the furthest that any agency has come; each agency
// answers for itself.
package activation
