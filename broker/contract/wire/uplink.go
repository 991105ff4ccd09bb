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
	// Button is how the panic button is: ok, held, stuck or fault; empty if there is none.
	Button   string    `json:"button,omitempty"`
	Machine  Machine   `json:"machine,omitzero"`
	WalkTest *WalkTest `json:"walk_test,omitempty"` // the last one; none: there was none yet
}

// Machine is what a device measures of its hardware. What it cannot measure is left out.
type Machine struct {
	TempMilliC   *int64 `json:"temp_mc,omitempty"`       // thousandths of a degree Celsius
	UnderVoltage *bool  `json:"under_voltage,omitempty"` // the supply is too weak now
	DiskFree     int64  `json:"disk_free,omitempty"`     // bytes for the agent's state
	DiskSize     int64  `json:"disk_size,omitempty"`
}

// WalkTest is how a walk test ended: somebody went to the button and pressed it, and the ledger's receipt came back, or did not.
type WalkTest struct {
	Passed     bool   `json:"passed"`
	Reason     string `json:"reason,omitempty"` // why not
	AgoMS      int64  `json:"ago_ms"`
	AgoAtLeast bool   `json:"ago_at_least,omitempty"` // the device restarted since then and has no trusted clock
	TookMS     int64  `json:"took_ms,omitempty"`      // from the contact to the receipt
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
	if !known(h.Button) || (h.WalkTest != nil && !known(h.WalkTest.Reason)) {
		return h, fmt.Errorf("%w: a field is missing or out of range", ErrMalformed)
	}
	for _, t := range h.Troubles {
		if !ids(t.Code) {
			return h, fmt.Errorf("%w: a field is missing or out of range", ErrMalformed)
		}
	}
	return h, nil
}

// known is for a word that may be missing.
func known(word string) bool { return word == "" || ids(word) }
