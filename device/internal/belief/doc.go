// Package belief is what a device believes about the calls for help of its zone: what the broker said last, and of its own events
// those that the broker has not answered. The agent feeds it and shows its view to the kiosk.
//
// It is pure: time arrives as readings of a clock that only goes forward. It never hopes: a call is received when the broker lists it,
// and not before; when a promise is not kept in time, the view says which, so that staff phone.
package belief
