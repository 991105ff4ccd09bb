// Package dc09 tells alarm receiving centres, in the words of SIA DC-09: framed messages over TCP, each acknowledged, with SIA
// (DC-03) or Contact ID (DC-05) events in them.
//
// [Frame] and [ParseReply] are functions of values. [Channel] sends one message at a time, because the acknowledgement counts and a
// receiver wants sequence numbers in order, and repeats a message under the sequence number that it had, so that a receiver can drop
// what it has already. A receiver that finds our clock wrong answers NAK with its own time: the channel takes that over and says the
// message once more.
//
// The standard's encryption (AES in CBC mode with an initial vector of zeros, no authentication) is there for receivers that want
// it. It is weak by today's measure: tunnel it in TLS. [New] refuses a channel that has neither.
//
// A drill is a manual test (RX, 601) and a test a periodic test (RP, 602), never an alarm.
package dc09
