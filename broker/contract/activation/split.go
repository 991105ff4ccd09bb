package activation

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
)

// A press while a case is open belongs to that case: the zone rings once more, and nobody has to know whether it is the same young
// person who presses again. If it was another one, the desk gives them a case of their own, with a hand-over, duties and an end of its
// own. That is two events in two cases: [Raised] with Other in the new one comes first, since help matters more than bookkeeping, and
// [SplitOff] in the old one tells where it went. [NewSplit] names both by what is split off, so that a desk that repeats them after
// an uncertain answer, and a second desk that does the same at the same moment, make one new case.
//
// Staff beside the young people can say so too, at the screen and deliberately: their device writes the same two events, with the trigger
// staff and without a press, since it cannot know whose press it was. [ToldCase] names the new case.

// Split is another young person of the same call who has a case of their own.
type Split struct {
	Case  string `json:"case"`
	Press string `json:"press,omitempty"` // the pressed_again that was theirs; empty if somebody told the desk
	At    Mark   `json:"at,omitzero"`
}

// NewSplit returns what to do to give another young person a case of their own: first raise, then note. The press is the newest that
// has none yet; without one the call is as old as the moment now. Only a case that is open can be split.
func NewSplit(s State, by Command, trigger Trigger) (raise, note Command, err error) {
	if !s.Stage().Open() {
		return raise, note, ErrEnded
	}
	press := s.unsplit()
	key := press.ID
	if key == "" {
		key = "told-" + strconv.Itoa(len(s.Splits))
		trigger = ByStaff
	}
	note = Command{
		ID: derived(s.Case, key, "note"), Case: s.Case, Type: SplitOff, Mode: s.Mode, Actor: by.Actor, Source: by.Source,
		Other: derived(s.Case, key, "case"), Press: press.ID,
	}
	raise = Command{
		ID: derived(s.Case, key, "raise"), Case: note.Other, Type: Raised, Mode: s.Mode, Actor: by.Actor, Source: by.Source,
		Zone: s.Zone, Device: s.Device, Trigger: trigger, Other: s.Case,
	}
	if press.ID != "" {
		raise.Source.AgeMS = max(0, by.LedgerTime.Sub(press.At).Milliseconds())
	}
	return raise, note, nil
}

// ToldCase is the id of the case that staff open at a device for another young person of a call. The key is of their request: a request
// that is repeated after an uncertain answer, also after the device has started anew, makes one new case.
func ToldCase(parent, device, key string) string {
	return derived(parent, "staff-"+device+"-"+key, "case")
}

// told reports whether an event says of another young person only what staff can say at a device.
func (e Event) told() bool {
	return e.Other == "" || e.Press == "" && (e.Type == SplitOff || e.Trigger == ByStaff)
}

// unsplit is the newest press that is nobody's own case yet; the zero Mark if there is none.
func (s State) unsplit() Mark {
	for _, m := range slices.Backward(s.Again) {
		if !slices.ContainsFunc(s.Splits, func(x Split) bool { return x.Press == m.ID }) {
			return m
		}
	}
	return Mark{}
}

// derived makes an id in the form of a UUID of version 8 that is the same for the same call and press, everywhere.
func derived(parent, key, what string) string {
	h := sha256.Sum256([]byte("syz/split/1\x00" + parent + "\x00" + key + "\x00" + what))
	h[6], h[8] = h[6]&0x0f|0x80, h[8]&0x3f|0x80
	x := hex.EncodeToString(h[:16])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// split folds a split-off: the earliest word about a press counts.
func (s *State) split(e Event, m Mark) {
	i := slices.IndexFunc(s.Splits, func(x Split) bool { return x.Case == e.Other })
	if i < 0 {
		s.Splits = append(s.Splits, Split{Case: e.Other, Press: e.Press, At: m})
	} else if m.compare(s.Splits[i].At) < 0 {
		s.Splits[i] = Split{Case: e.Other, Press: e.Press, At: m}
	}
	slices.SortFunc(s.Splits, func(a, b Split) int { return a.At.compare(b.At) })
}
