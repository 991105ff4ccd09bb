// Package device is the agent of one device: it makes calls for help out of presses, keeps them until the broker has them, and tells the
// kiosk where things stand. cmd/syz-agent runs one; a simulation runs many in one process.
//
// A press takes this way: the board's contact, the button rule, an event sealed for the broker, the outbox, the uplink. The event is
// handed to the disk and to the network at the same time and waits for neither. What it promises when things fail:
//
//	no network       events wait in the outbox and are repeated until the broker's receipt; after 10 s staff see whom to phone
//	no disk          events are sent from memory and stored when the disk is back; trouble "disk"
//	no kiosk         nothing changes: the agent does not know whether anybody looks
//	no board         the agent runs on, tries to open it every second; trouble "button_fault"; the kiosk's button still calls
//	not enrolled     nothing can be called: trouble "not_enrolled", and the kiosk shows the numbers that everybody knows
//	agent killed     after the fsync nothing is lost; the next start sends what has no receipt
//
// The agent never believes more than it was told: see device/internal/belief.
package device
