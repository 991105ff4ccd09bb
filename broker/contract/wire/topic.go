package wire

import (
	"errors"
	"strings"

	"safeyouthzone/broker/contract/activation"
)

// ErrTopic means that a topic is not one of the protocol's.
var ErrTopic = errors.New("not a topic of this protocol")

// Version is the version of the protocol. It is in every topic and in every document.
const Version = 1

const root = "syz/1/"

// Kind is the last part of a topic: what a message on it is.
type Kind string

// The kinds of messages; up is from the device, dn is to the device.
const (
	UpEvent    Kind = "up/event"
	UpSync     Kind = "up/sync"
	UpHealth   Kind = "up/health"
	UpLink     Kind = "up/link"
	DnState    Kind = "dn/state"
	DnSettings Kind = "dn/settings"
)

// Topic is the topic of a kind of message for one device.
func Topic(device string, k Kind) string { return root + device + "/" + string(k) }

// ParseTopic is the reverse of [Topic].
func ParseTopic(topic string) (device string, k Kind, err error) {
	rest, ok := strings.CutPrefix(topic, root)
	if !ok {
		return "", "", ErrTopic
	}
	device, kind, ok := strings.Cut(rest, "/")
	if !ok || !activation.ValidID(device) {
		return "", "", ErrTopic
	}
	switch k = Kind(kind); k {
	case UpEvent, UpSync, UpHealth, UpLink, DnState, DnSettings:
		return device, k, nil
	default:
		return "", "", ErrTopic
	}
}
