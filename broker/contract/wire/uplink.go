package wire

import "fmt"

// Sync asks where things stand. A device sends it after every connect and whenever it doubts what it knows.
type Sync struct {
	V     int    `json:"v"`
	Epoch uint64 `json:"epoch"` // the connection: grows with every connect of the device
	Log   string `json:"log"`
	// Receipt is the highest receipt that the device has seen for Log.
	Receipt uint64 `json:"receipt"`
	// Settings is the revision of the settings that the device obeys.
	Settings uint64 `json:"settings"`
}

// Link is a device's birth message and its last will.
type Link struct {
	V      int    `json:"v"`
	Epoch  uint64 `json:"epoch"` // a will of an older connection than the newest known one is ignored
	Online bool   `json:"online"`
}

// Trouble is a fault code of a device, and since when.
type Trouble struct {
	Code  string `json:"code"`
	ForMS int64  `json:"for_ms"` // how long it has lasted
}

// Health is a device's supervision report, every 20 s.
type Health struct {
	V        int       `json:"v"`
	Epoch    uint64    `json:"epoch"`
	Version  string    `json:"version"`
	Boot     string    `json:"boot"`
	UpMS     int64     `json:"up_ms"`
	Synced   bool      `json:"time_synced"`
	Board    string    `json:"board"`
	Outbox   int       `json:"outbox"` // events without a receipt
	Settings uint64    `json:"settings"`
	CertDays int       `json:"cert_days"` // days until the client certificate ends
	Troubles []Trouble `json:"troubles,omitempty"`
}

const maxTroubles = 32

// DecodeSync reads a [Sync].
func DecodeSync(b []byte) (Sync, error) {
	var s Sync
	if err := decode(b, MaxUplink, &s, func() int { return s.V }); err != nil {
		return s, err
	}
	if !ids(s.Log) || s.Epoch == 0 {
		return s, fmt.Errorf("%w: a field is missing or out of range", ErrMalformed)
	}
	return s, nil
}

// DecodeLink reads a [Link].
func DecodeLink(b []byte) (Link, error) {
	var l Link
	if err := decode(b, MaxUplink, &l, func() int { return l.V }); err != nil {
		return l, err
	}
	if l.Epoch == 0 {
		return l, fmt.Errorf("%w: a field is missing or out of range", ErrMalformed)
	}
	return l, nil
}

// DecodeHealth reads a [Health].
func DecodeHealth(b []byte) (Health, error) {
	var h Health
	if err := decode(b, MaxUplink, &h, func() int { return h.V }); err != nil {
		return h, err
	}
	if h.Epoch == 0 || !ids(h.Boot, h.Board) || len(h.Version) > 32 || len(h.Troubles) > maxTroubles {
		return h, fmt.Errorf("%w: a field is missing or out of range", ErrMalformed)
	}
	for _, t := range h.Troubles {
		if !ids(t.Code) {
			return h, fmt.Errorf("%w: a field is missing or out of range", ErrMalformed)
		}
	}
	return h, nil
}
