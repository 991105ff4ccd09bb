package chain

import (
	"encoding/json"
	"time"
)

// DocumentPrefix is what the names of the chains of documents begin with.
const DocumentPrefix = "document."

// Document is one version of what a county decides about itself: its protocol, code lists, stations, figures that it was told, and what
// it has published. The newest of its chain is in force; the older ones stay readable, since cases keep the version they began with.
// It says nothing about any one youth.
type Document struct {
	Kind   string          `json:"kind"`
	Key    string          `json:"key,omitempty"` // tells documents of one kind apart
	At     time.Time       `json:"at"`
	By     string          `json:"by"` // an account, never a name
	Agency string          `json:"agency,omitempty"`
	Body   json.RawMessage `json:"body"`
}
