package account

import (
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
)

// User is a person who may sign in.
type User struct {
	ID       string    `json:"id"`             // agency, '-', four letters: never a name
	Name     string    `json:"name,omitempty"` // for administrators alone
	Agency   string    `json:"agency"`
	Roles    []string  `json:"roles"`
	Zones    []string  `json:"zones,omitempty"` // empty for all
	Disabled bool      `json:"disabled,omitempty"`
	Created  time.Time `json:"created"`
	By       string    `json:"by"`

	Handle   []byte    `json:"handle"` // what passkeys know the user by
	Passkeys []Passkey `json:"passkeys,omitempty"`

	Issuer  string `json:"issuer,omitempty"` // of the county's sign-in, which then says agency, roles and zones
	Subject string `json:"subject,omitempty"`

	Recovery *Recovery `json:"recovery,omitempty"` // asked for, and waits for a second person
}

// Passkey is one key of a user.
type Passkey struct {
	Name       string              `json:"name"`
	Added      time.Time           `json:"added"`
	Used       time.Time           `json:"used,omitzero"`
	Credential webauthn.Credential `json:"credential"`
}

// Recovery is that somebody asked for a new way in for a user who has lost all passkeys.
type Recovery struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Session is one sign-in.
type Session struct {
	Key    string    `json:"key"` // the hash of what the browser holds
	User   string    `json:"user"`
	How    string    `json:"how"` // passkey, oidc, link
	Began  time.Time `json:"began"`
	Ends   time.Time `json:"ends"`
	Fresh  time.Time `json:"fresh"`  // when the person last proved who they are
	Active time.Time `json:"active"` // when the person last did something
	Locked bool      `json:"locked,omitempty"`
	Ended  bool      `json:"ended,omitempty"`
	Next   bool      `json:"next,omitempty"` // ended because the browser got a new secret for it

	// In development a session is all there is of a user.
	Agency string   `json:"agency,omitempty"`
	Roles  []string `json:"roles,omitempty"`
}

// Link is a one-time link by which a user gets their first passkey, or their first after they lost all.
type Link struct {
	Key  string    `json:"key"`
	Kind string    `json:"kind"` // invite, recovery, dev
	User string    `json:"user,omitempty"`
	Ends time.Time `json:"ends"`
	By   string    `json:"by"`
	Used bool      `json:"used,omitempty"`
}

// Token lets a program act.
type Token struct {
	ID      string    `json:"id"`
	Key     string    `json:"key"`
	Name    string    `json:"name"`
	Agency  string    `json:"agency"`
	Roles   []string  `json:"roles"`
	Zones   []string  `json:"zones,omitempty"`
	Created time.Time `json:"created"`
	Ends    time.Time `json:"ends"`
	By      string    `json:"by"`
	Revoked time.Time `json:"revoked,omitzero"`
	Used    time.Time `json:"used,omitzero"` // the hour in which it was used last; zero for never
}

// Glass is a broken glass: somebody may see what they otherwise must not, for an hour, and had to say why.
type Glass struct {
	ID     string    `json:"id"`
	User   string    `json:"user"`
	Agency string    `json:"agency"`
	Reason string    `json:"reason"` // a code
	Text   string    `json:"text"`   // in the person's own words: kept here and shown to auditors alone
	Began  time.Time `json:"began"`
	Ends   time.Time `json:"ends"`
	Seen   []string  `json:"seen,omitempty"` // supervisors who have seen it
}
