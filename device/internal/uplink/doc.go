// Package uplink is the device's connection to the broker, over MQTT 3.1.1. It is the only importer of an MQTT client.
//
// It sends what the queue holds: at once after every connect, at once after [Uplink.Kick], and again after 1, 2, 4, 8, 8, ... seconds
// until the queue says that nothing is pending. Only the agent takes events from the queue, by a receipt; what the MQTT client says
// about a publish is not a receipt, and is ignored.
//
// When the connection is lost, the first try to come back waits a random part of the spread, so that a county of devices does not
// come back in one instant; a press, or anything that is pending, ends the wait. Later tries wait 100 ms, doubled up to 8 s, with
// jitter. A connection counts as up only once the broker's application has answered on it: a broker that takes connections and does
// nothing is no broker. One that stays silent while it owes an answer is left after [Deaf], for the next address.
//
// Nothing here blocks a caller: Kick returns at once, whatever the network does.
package uplink
