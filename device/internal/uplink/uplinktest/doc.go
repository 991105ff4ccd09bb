// Package uplinktest is a broker in memory, for tests of the uplink and of the whole agent. It speaks enough MQTT 3.1.1 over net.Pipe to
// run in a testing/synctest bubble, and plays the broker's application: it keeps events, gives receipts and sends states.
package uplinktest
