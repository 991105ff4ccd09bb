// Package wire is what travels between devices and the broker: topics, envelopes, documents, their versions and their limits.
//
// It is state transfer, not message transfer. Upwards, a device repeats each event until the broker's receipt covers it. Downwards,
// the broker sends the whole state of the zone as the device may see it; any lost or reordered downlink is healed by the next one.
// PROTOCOL.md beside this package's parent is the specification; the test vectors there are read by this package's tests.
package wire
