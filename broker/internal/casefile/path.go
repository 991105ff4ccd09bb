package casefile

import (
	"slices"

	"safeyouthzone/broker/contract/activation"
)

// forgetPath drops a device's last but one path test: there is one every hour, and nobody asks for it again. The ledger keeps it. The
// caller holds the lock.
func (b *Book) forgetPath(st activation.State) {
	last := b.paths[st.Device]
	if last == st.Case {
		return
	}
	b.paths[st.Device] = st.Case
	f := b.files[last]
	if f == nil || f.State.Stage().Open() {
		return
	}
	b.byRev.Remove(f.place)
	delete(b.files, last)
	b.zones[st.Zone] = slices.DeleteFunc(b.zones[st.Zone], func(id string) bool { return id == last })
}
