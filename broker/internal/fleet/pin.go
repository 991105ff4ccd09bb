package fleet

import (
	"fmt"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/pin"
	"safeyouthzone/broker/contract/wire"
)

func (s Staff) pins() ([]wire.PIN, error) {
	if !activation.ValidID(s.ID) || (s.Role != "staff" && s.Role != "it") {
		return nil, fmt.Errorf("staff %q: id or role is not acceptable", s.ID)
	}
	var out []wire.PIN
	for i, text := range []string{s.PIN, s.Duress} {
		if i == 1 && text == "" {
			continue
		}
		salt, hash, err := pin.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("staff %q: %w", s.ID, err)
		}
		out = append(out, wire.PIN{Staff: s.ID, Role: s.Role, Salt: salt, Hash: hash, Duress: i == 1})
	}
	return out, nil
}
