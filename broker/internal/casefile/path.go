package casefile

import (
	"slices"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
)

// path is the path tests of one device: they are one chain, of which only the newest test is of interest.
type path struct {
	newest string // case
	head   chain.Head
}

// place is the chain that a command's events belong to, and its head. The caller holds the lock.
func (b *Book) place(f *file, cmd activation.Command) (name string, head chain.Head) {
	switch {
	case f != nil && f.device != "":
		return chain.PathPrefix + f.device, b.paths[f.device].head
	case f != nil:
		return Prefix + f.id, f.head
	case cmd.Trigger == activation.ByPath:
		return chain.PathPrefix + cmd.Device, b.paths[cmd.Device].head
	default:
		return Prefix + cmd.Case, chain.Head{}
	}
}

// forgetPath drops a device's last but one path test: there is one every hour, and nobody asks for it again. The caller holds the lock.
func (b *Book) forgetPath(st activation.State) {
	p := b.paths[st.Device]
	last := p.newest
	if last == st.Case {
		return
	}
	p.newest = st.Case
	b.paths[st.Device] = p
	f := b.files[last]
	if f == nil || f.open {
		return
	}
	b.byRev.Remove(f.place)
	if f.waits != nil {
		b.warm.Remove(f.waits)
	}
	delete(b.files, last)
	zone := f.state().Zone // the device may have been moved since
	b.zones[zone] = slices.DeleteFunc(b.zones[zone], func(id string) bool { return id == last })
}
