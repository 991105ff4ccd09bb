package broker

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/internal/admin"
	"safeyouthzone/broker/internal/casefile"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/enroll"
)

func (b *Broker) newDesk(ctx context.Context) (*desk.Desk, error) {
	zone, err := time.LoadLocation(b.o.Config.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("%w: time_zone: %w", ErrConfig, err)
	}
	agencies := make([]desk.Agency, 0, len(b.o.Config.Agencies))
	for _, a := range b.o.Config.Agencies {
		agencies = append(agencies, desk.Agency(a))
	}
	o, err := b.signIn(ctx, desk.Options{
		Book: deskBook{b.book}, Zones: deskZones{b}, Fleet: deskFleet{b}, Audit: b.audit, Agencies: agencies, Dev: b.o.Dev, Insecure: b.o.Dev,
		APIToken: b.o.Token, PublicURL: b.deskURL(), Routes: append(b.answerRoutes(), b.dispatchRoutes()...), Banners: []func(desk.Seat) []desk.Banner{b.unreached}, TimeZone: zone, Clock: time.Now, NewID: newID, NewCode: newCode, Logger: b.log,
		Version: b.o.Version, Seen: b.seen, Asked: b.asked, Push: b.newDeskPush(), Linked: b.linked,
		Course: desk.Course{
			Protocol: b.course, Cases: deskCasesOf{b.course}, Personal: deskPersonal{b.course}, Keeping: deskPersonal{b.course}, Reminders: b.course,
			Reports: deskReports{b.course},
		},
	})
	if err != nil {
		return nil, err
	}
	if o.TrustedProxies, err = b.o.Config.trustedProxies(); err != nil {
		return nil, err
	}
	return desk.New(o)
}

// SignInLink returns a new one-time link to the desk, in development.
func (b *Broker) SignInLink() (string, error) {
	if !b.o.Dev {
		return "", admin.ErrNotHere
	}
	return b.desk.SignInLink(), nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// newCode is what a responder shows at the door: four digits, five tries.
func newCode() string {
	const codes = 10_000
	n, _ := rand.Int(rand.Reader, big.NewInt(codes)) // never fails
	return fmt.Sprintf("%04d", n)
}

func pub(k ed25519.PrivateKey) []byte {
	p, _ := k.Public().(ed25519.PublicKey)
	return p
}

// deskBook is the casefile as the desk needs it.
type deskBook struct{ b *casefile.Book }

func deskCase(c casefile.Case) desk.Case {
	return desk.Case{State: c.State, Rev: c.Rev}
}

func deskCases(in []casefile.Case) []desk.Case {
	out := make([]desk.Case, 0, len(in))
	for _, c := range in {
		if c.State.Trigger != activation.ByPath { // nobody sees a path test
			out = append(out, deskCase(c))
		}
	}
	return out
}

// List returns what is not closed, or closed lately.
func (d deskBook) List() []desk.Case { return deskCases(d.b.Recent(lately)) }

// Get returns a case with its history.
func (d deskBook) Get(id string) (desk.Case, []desk.Entry, error) {
	c, history, err := d.b.Get(id)
	if errors.Is(err, casefile.ErrUnknown) {
		err = fmt.Errorf("%w: %w", desk.ErrUnknownCase, err)
	}
	if err != nil {
		return desk.Case{}, nil, err
	}
	out := make([]desk.Entry, len(history))
	for i, e := range history {
		out[i] = desk.Entry(e)
	}
	return deskCase(c), out, nil
}

// Changed returns what changed after a ledger sequence.
func (d deskBook) Changed(after uint64) ([]desk.Case, uint64) {
	cases, rev := d.b.Changed(after)
	return deskCases(cases), rev
}

// Changes pokes after each change.
func (d deskBook) Changes(ctx context.Context) <-chan struct{} { return d.b.Changes(ctx) }

// Do decides and stores.
func (d deskBook) Do(ctx context.Context, cmd activation.Command) (desk.Case, error) {
	c, err := d.b.Do(ctx, cmd, nil)
	if errors.Is(err, casefile.ErrUnknown) {
		err = fmt.Errorf("%w: %w", desk.ErrUnknownCase, err)
	}
	return deskCase(c), err
}

type deskZones struct{ b *Broker }

// Zone finds a zone.
func (d deskZones) Zone(id string) (desk.Zone, bool) {
	if station, ok := fieldStation(id); ok {
		st, known := d.b.course.Stations().Station(station)
		return desk.Zone{ID: id, Name: st.Name + ", in the field", Area: st.Agency}, known
	}
	z, ok := d.b.fleet.Zone(id)
	return desk.Zone{ID: z.ID, Name: z.Name, Area: z.Area, Address: z.Address, Languages: z.Locale}, ok
}

// All lists the zones of the county by name.
func (d deskZones) All() []desk.Zone {
	var out []desk.Zone
	for _, c := range d.b.o.Config.Zones {
		if z, ok := d.Zone(c.ID); ok {
			out = append(out, z)
		}
	}
	slices.SortStableFunc(out, func(a, b desk.Zone) int { return strings.Compare(a.Name, b.Name) })
	return out
}

type deskFleet struct{ b *Broker }

// Devices returns all devices as supervision sees them.
func (d deskFleet) Devices() []desk.Device {
	devices := d.b.registry.Devices()
	out, now := make([]desk.Device, 0, len(devices)), time.Now()
	for _, x := range devices {
		s, p := d.b.watch.Status(x.ID), d.b.dispatch.Paths().Device(x.ID, now)
		out = append(out, desk.Device{
			ID: x.ID, Zone: x.Zone, Online: s.Online, Lost: s.Lost, Since: s.Since, LastSeen: s.LastSeen, Version: s.Health.Version,
			Board: s.Health.Board, Outbox: s.Health.Outbox, Troubles: s.Health.Troubles,
			Health: s.Health, Path: desk.Path{At: p.At, Took: p.Took, Late: p.Late && !x.Disabled, Nobody: p.Nobody},
		})
	}
	return out
}

// adminBroker is the broker as administrators use it.
type adminBroker struct{ *Broker }

// Card makes an enrolment card.
func (a adminBroker) Card(ctx context.Context, zone string, life time.Duration) (admin.Card, error) {
	if _, ok := a.fleet.Zone(zone); !ok {
		return admin.Card{}, admin.ErrNotFound
	}
	code, err := a.authority.NewCode(ctx, zone, life)
	if err != nil {
		return admin.Card{}, err
	}
	_, port, err := net.SplitHostPort(a.listeners.enrol.Addr().String())
	if err != nil {
		return admin.Card{}, fmt.Errorf("cannot read enrolment address: %w", err)
	}
	return admin.Card{
		Code: code, Fingerprint: a.authority.Fingerprint(), Enrol: net.JoinHostPort(a.o.Config.Hosts[0], port),
		Until: time.Now().Add(life).UTC().Truncate(time.Second),
	}, nil
}

// Devices returns all devices.
func (a adminBroker) Devices() []admin.Device {
	devices := a.registry.Devices()
	out := make([]admin.Device, 0, len(devices))
	for _, x := range devices {
		s := a.watch.Status(x.ID)
		d := admin.Device{
			ID: x.ID, Zone: x.Zone, Online: s.Online, Lost: s.Lost, Disabled: x.Disabled, LastSeen: s.LastSeen,
			Version: s.Health.Version, Outbox: s.Health.Outbox, NotAfter: x.NotAfter,
		}
		for _, t := range s.Health.Troubles {
			d.Troubles = append(d.Troubles, t.Code)
		}
		out = append(out, d)
	}
	return out
}

// Disable shuts a device out at once, or lets it in again.
func (a adminBroker) Disable(ctx context.Context, id string, disabled bool) error {
	if err := a.registry.Disable(ctx, id, disabled); err != nil {
		if errors.Is(err, enroll.ErrUnknown) {
			return admin.ErrNotFound
		}
		return err
	}
	if disabled {
		return a.edge.Kick(id)
	}
	return nil
}

// Entries reads the whole ledger.
func (a adminBroker) Entries(ctx context.Context, fn func(chain.Entry) error) error {
	return a.ledger.Read(ctx, fn)
}
