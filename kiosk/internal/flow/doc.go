// Package flow decides what the kiosk does: a pure state machine, Next(State, Event) -> (State, []Effect).
//
// It knows neither Fyne nor a clock: every event carries its time, taps are the stable ids of buttons, and what the agent knows
// arrives whole as Heard. It never hopes: a stage is shown only because the agent said so, and a call that could not be handed to
// the agent is trouble at once. Closing a page never takes back a call for help; only a person at the desk can.
//
// A State is a value. Next copies what it changes, so that an old State stays true.
package flow
