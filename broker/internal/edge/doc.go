// Package edge is where devices reach the broker: MQTT 3.1.1 over mutual TLS 1.3, and the engine under it.
//
// It runs an embedded NATS server with its MQTT gateway and is the only package that imports that server. What the rest of the
// broker sees is small: messages that devices sent, a way to send to a device, and a connection for the ledger. A device can do
// nothing but publish on its own up/ topics and hear its own dn/ topics; its MQTT client id must be the CN of its certificate, and
// its certificate must be known to the [Authority] at this moment.
//
// The port opens late: nobody is let in before [Edge.Open], when ledger and receiver stand, so that a device that reconnects in
// the first instant of a restart finds a broker that can give receipts. Acceptance is never the PUBACK; see receiver.
package edge
