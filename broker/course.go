package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/chain"
	"safeyouthzone/broker/contract/protocol"
	"safeyouthzone/broker/internal/casefile"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/keys"
	"safeyouthzone/broker/internal/register"
	"safeyouthzone/broker/internal/report"
	"safeyouthzone/broker/internal/retention"
)

// The kinds of documents that this broker knows.
const (
	kindTemplate  = "template"
	kindLists     = "lists"
	kindStations  = "stations"
	kindArrests   = "arrests"
	kindRetention = "retention"
	kindRelease   = "release"
)

// course is everything of the 72 hours and the months behind them: the county's documents, the keys of personal fields, the index
// of cases, and the fact sheet.
type course struct {
	b      *Broker
	reg    *register.Register
	vault  *retention.Vault
	tokens retention.Tokens
	index  *report.Index
	sheets *report.Renderer
	zone   *time.Location

	mu        sync.Mutex
	templates map[uint64]protocol.Template // parsed, by place in the ledger
}

// newCourse opens the vault. The register fills itself while the ledger is replayed.
func (b *Broker) newCourse() (*course, error) {
	zone, err := time.LoadLocation(b.o.Config.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("%w: time_zone: %w", ErrConfig, err)
	}
	site, err := keys.Dir(filepath.Join(b.o.Config.DataDir, "keys")).Vault()
	if err != nil {
		b.log.Error("site key of personal fields can not be read", slog.Any("error", err))
	}
	path := b.o.Config.Retention.Vault
	if path == "" {
		path = filepath.Join(b.o.Config.DataDir, "vault", "keys.vault")
	}
	v, err := retention.Open(path, site)
	if err != nil { // help first: without a vault there are no personal fields, but calls are answered
		b.log.Error("keys of personal fields can not be read", slog.Any("error", err))
		v = retention.None()
	}
	b.onClose(func() { _ = v.Close() })
	sheets, err := report.NewRenderer(zone)
	if err != nil {
		return nil, err
	}
	c := &course{
		b: b, reg: register.New(b.ledger), vault: v, tokens: retention.NewTokens(site), sheets: sheets, zone: zone,
		templates: map[uint64]protocol.Template{},
	}
	roles := map[string]string{}
	for _, a := range b.o.Config.Agencies {
		roles[a.ID] = a.Role
	}
	c.index = report.NewIndex(report.Options{
		Cases: indexCases{b.book}, Template: c.Template, Station: c.stationOf, Open: c.open,
		Role: func(agency string) string { return roles[agency] },
	})
	return c, nil
}

// settle does, once the ledger is replayed, what a crash may have left undone: no erased case keeps its key, wherever the vault came from.
func (c *course) settle() {
	for _, id := range c.b.book.Erased() {
		if !c.vault.Has(id) {
			continue
		}
		if err := c.vault.Shred(id); err != nil {
			c.b.log.Error("key of an erased case is not destroyed", slog.String("case", id), slog.Any("error", err))
			continue
		}
		c.b.log.Warn("key of an erased case was still there and is destroyed", slog.String("case", id))
	}
}

// fillAfter is when the index is made after a start: first all devices must be back.
const fillAfter = time.Minute

// fill makes the index of cases before somebody asks for it.
func (c *course) fill(ctx context.Context) {
	select {
	case <-time.After(fillAfter):
		c.index.Warm(ctx, time.Now())
	case <-ctx.Done():
	}
}

// indexCases is the casefile as the index needs it.
type indexCases struct{ b *casefile.Book }

// Changed returns the ids of what changed.
func (x indexCases) Changed(after uint64) ([]string, uint64) {
	return x.b.ChangedIDs(after)
}

// State returns one case.
func (x indexCases) State(id string) (report.Case, bool) {
	c, first, ok := x.b.State(id)
	return report.Case{State: c.State, First: first}, ok
}

// Template is the template that was in force at a place in the ledger; the shipped one before the county made its own.
func (c *course) Template(first uint64) protocol.Template {
	v, ok := c.reg.At(kindTemplate, "", first)
	if !ok {
		v = register.Version{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if t, ok := c.templates[v.Seq]; ok {
		return t
	}
	t, _, _ := protocol.Shipped()
	if ok {
		var err error
		if t, err = protocol.ParseTemplate(v.Body); err != nil { // it was validated before it was stored
			c.b.log.Error("protocol of the ledger is unreadable, the shipped one counts", slog.Uint64("seq", v.Seq), slog.Any("error", err))
			t, _, _ = protocol.Shipped()
		}
	}
	c.templates[v.Seq] = t
	return t
}

// Lists are the code lists in force.
func (c *course) Lists() protocol.Lists {
	_, l, _ := protocol.Shipped()
	if v, ok := c.reg.Latest(kindLists, ""); ok {
		if own, err := protocol.ParseLists(v.Body); err == nil {
			return own
		}
	}
	return l
}

// Stations are the stations in force.
func (c *course) Stations() protocol.Stations {
	_, _, s := protocol.Shipped()
	if v, ok := c.reg.Latest(kindStations, ""); ok {
		if own, err := protocol.ParseStations(v.Body); err == nil {
			return own
		}
	}
	return s
}

// fieldStation is the station of a case that began in the field; its zone says so.
func fieldStation(zone string) (string, bool) { return strings.CutPrefix(zone, "station-") }

func (c *course) stationOf(zone string) string {
	if id, ok := fieldStation(zone); ok {
		return id
	}
	return c.Stations().Of(zone)
}

// Reminds reports whether anybody of an agency of a template can be told of its duties.
func (c *course) Reminds(t protocol.Template, owner string) bool { return c.b.reminds(t, owner) }

func (c *course) policy() retention.Policy {
	if v, ok := c.reg.Latest(kindRetention, ""); ok {
		if p, err := retention.ParsePolicy(v.Body); err == nil {
			return p
		}
	}
	return retention.DefaultPolicy()
}

// Document returns the newest version of a document, as it is or as it ships, and its number; 0 for what ships.
func (c *course) Document(kind, key string) ([]byte, uint64) {
	if v, ok := c.reg.Latest(kind, key); ok {
		return v.Body, v.N
	}
	t, l, s := protocol.Shipped()
	switch kind {
	case kindTemplate:
		return t.Encode(), 0
	case kindLists:
		return l.Encode(), 0
	case kindStations:
		return s.Encode(), 0
	case kindRetention:
		b, _ := json.MarshalIndent(retention.DefaultPolicy(), "", "  ") // numbers and strings
		return b, 0
	default:
		return nil, 0
	}
}

// Put validates a document, gives it its version and stores it, unless somebody else was quicker.
func (c *course) Put(ctx context.Context, seat desk.Seat, kind, key string, seen uint64, body []byte) error {
	body, err := c.checked(kind, key, body)
	if err != nil {
		return err
	}
	_, err = c.reg.Put(ctx, chain.Document{Kind: kind, Key: key, At: time.Now().UTC(), By: seat.User, Agency: seat.Agency, Body: body}, seen)
	if errors.Is(err, register.ErrChanged) {
		return fmt.Errorf("%w: %w", activation.ErrChanged, err)
	}
	return err
}

// checked returns what is stored of a document: exactly what was understood, with the version after the one in force.
func (c *course) checked(kind, key string, body []byte) (json.RawMessage, error) {
	switch kind {
	case kindTemplate:
		t, err := protocol.ParseTemplate(body)
		t.Version = c.Template(^uint64(0)).Version + 1
		return encoded(t, err)
	case kindLists:
		l, err := protocol.ParseLists(body)
		l.Version = c.Lists().Version + 1
		return encoded(l, err)
	case kindStations:
		s, err := protocol.ParseStations(body)
		s.Version = c.Stations().Version + 1
		return encoded(s, err)
	case kindArrests:
		a, err := report.ParseArrests(body)
		if _, ok := c.Stations().Station(a.Station); err == nil && (!ok || key != fmt.Sprintf("%s-%d", a.Station, a.Year)) {
			err = fmt.Errorf("%w: station %q is not known", report.ErrScope, a.Station)
		}
		return encoded(a, err)
	case kindRetention:
		p, err := retention.ParsePolicy(body)
		p.Version = c.policy().Version + 1
		return encoded(p, err)
	default:
		return nil, register.ErrKind
	}
}

func encoded(v any, err error) (json.RawMessage, error) {
	if err != nil {
		return nil, fmt.Errorf("%w: %w", desk.ErrDocument, err)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("cannot encode document: %w", err)
	}
	return b, nil
}

// open opens the personal fields of a case; all zero if nobody can.
func (c *course) open(id string, box []byte) report.Personal {
	p, err := c.personal(id, box)
	if err != nil && !errors.Is(err, retention.ErrNoKey) {
		c.b.log.Error("personal fields can not be opened", slog.String("case", id), slog.Any("error", err))
	}
	return report.Personal{Age: p.Age, BirthYear: p.BirthYear, Token: p.Token}
}

func (c *course) personal(id string, box []byte) (retention.Personal, error) {
	var p retention.Personal
	plain, err := c.vault.Unseal(id, box)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal(plain, &p); err != nil {
		return p, fmt.Errorf("cannot read personal fields: %w", retention.ErrBox)
	}
	return p, nil
}
