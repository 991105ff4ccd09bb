package retention

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// ErrPolicy means that a policy does not make sense.
var ErrPolicy = errors.New("the policy is not acceptable")

// Policy says how long personal fields are kept. It is a county's decision; what ships is a start and not the law.
type Policy struct {
	Version   int    `json:"version"`
	KeepDays  int    `json:"keep_days"` // after the last event of a case
	Automatic bool   `json:"automatic"` // erase when due; otherwise somebody confirms each
	Basis     string `json:"basis"`
}

const (
	day      = 24 * time.Hour
	keepDays = 5 * 365
	maxDays  = 100 * 366
	minDays  = 91 // the advocate's 90 days are part of a case
)

// DefaultPolicy is what every county begins with.
func DefaultPolicy() Policy {
	return Policy{Version: 1, KeepDays: keepDays, Basis: "Five years after the last entry. Not verified: set it with your counsel."}
}

// ParsePolicy reads a policy and validates it.
func ParsePolicy(b []byte) (Policy, error) {
	var p Policy
	if err := json.Unmarshal(b, &p); err != nil {
		return p, fmt.Errorf("%w: %w", ErrPolicy, err)
	}
	if p.KeepDays < minDays || p.KeepDays > maxDays {
		return p, fmt.Errorf("%w: keep_days must be %d to %d", ErrPolicy, minDays, maxDays)
	}
	if p.Basis == "" {
		return p, fmt.Errorf("%w: basis is missing: say on what the number rests", ErrPolicy)
	}
	return p, nil
}

// Due is when the personal fields of a case whose last event was at last are to be erased.
func (p Policy) Due(last time.Time) time.Time { return last.Add(time.Duration(p.KeepDays) * day) }

// Personal are the personal fields of a case. There is no field for a name: the county's own systems hold it.
type Personal struct {
	Age       int    `json:"age,omitempty"`        // whole years at the recovery
	BirthYear int    `json:"birth_year,omitempty"` //
	Token     string `json:"token,omitempty"`      // keyed hash of the county's own client number: equal tokens suggest one person
}

const (
	minAge, maxAge    = 5, 25
	minYear, maxYear  = 1980, 2100
	tokenSize         = 32
	tokenContext      = "safe youth zone person token 1\n"
	maxClientIDLength = 40
)

// ErrPersonal means that a personal field is out of range.
var ErrPersonal = errors.New("a personal field is out of range")

// Validate refuses what can not be.
func (p Personal) Validate() error {
	if p.Age != 0 && (p.Age < minAge || p.Age > maxAge) || p.BirthYear != 0 && (p.BirthYear < minYear || p.BirthYear > maxYear) {
		return ErrPersonal
	}
	return nil
}
