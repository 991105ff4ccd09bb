package desk

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
	"golang.org/x/time/rate"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk/account"
)

// maxAgencyID leaves room in a user id for the seat.
const maxAgencyID = 48

// Options is what a [Desk] needs. All but Insecure, APIToken, TimeZone, PublicURL, Logger and Version must be set.
type Options struct {
	Book     Book
	Zones    Zones
	Fleet    Fleet
	Audit    Audit
	Agencies []Agency // in the order in which pages list them
	// Asked reports whether an agency is asked to answer a call; nil means that each is. See the access table.
	Asked func(id, agency string) bool
	// Routes are pages and calls of other parts of the broker.
	Routes []Route
	// Push lets browsers be notified while the desk is closed; nil if the broker has no such channel.
	Push Push
	// Linked reports whether an account is a person's whom calls can come to; nil: not known.
	Linked func(user string) bool
	// Banners are asked for every page, and every two seconds of an open page, what everybody at a seat must see now.
	Banners []func(Seat) []Banner
	// Seen hears, every few seconds, that somebody of an agency has a case before them; it may be nil and must be quick.
	Seen func(ctx context.Context, id, agency string)
	// Course is the 72 hours; without it there are no pages for cases and reports.
	Course Course

	// Accounts are who may sign in and who is; nil for those that end with the process. Passkeys lets their holders in.
	Accounts *account.Store
	Passkeys bool
	// County is the county's own sign-in; nil for none.
	County County
	// IdleLock is after how long a desk that nobody touches locks itself; 0 for never.
	IdleLock time.Duration

	// TrustedProxies are the networks of reverse proxies in front of the desk, which say where a request comes from.
	TrustedProxies []netip.Prefix

	// Dev opens the desk to whoever holds the one-time link of [Desk.SignInLink]. Without it, passkeys and the county's sign-in every
	// page answers that sign-in is not set up.
	Dev bool
	// Insecure leaves out the cookie attributes that need TLS. It is for plain HTTP on the loopback interface.
	Insecure bool
	// APIToken lets a program act under /api/v1/ as bearer, in development mode only. The header X-Syz-Agency then selects the
	// agency, otherwise it is the first, and X-Syz-Role the roles, otherwise dispatcher and supervisor.
	APIToken string

	PublicURL string         // how browsers reach the desk: https://desk.example.org
	TimeZone  *time.Location // of the clock times on the pages; the machine's own if nil
	Clock     func() time.Time
	NewID     func() string // UUIDv7
	NewCode   func() string // four digits
	Logger    *slog.Logger
	Version   string
}

// Desk serves the pages and the API.
type Desk struct {
	drafts    drafts // of documents
	opt       Options
	agencies  map[string]Agency
	log       *slog.Logger
	page      *template.Template
	assets    assets
	accounts  *account.Store
	passkeys  *webauthn.WebAuthn // nil for none
	devLinks  devLinks
	ways      *ways
	guesses   guesses
	strangers *rate.Limiter
	presence  *presence
	watching  *watching
	feed      *feed
	views     *views
	spoken    spokenIn

	described []byte // the API

	handler http.Handler
	mux     *http.ServeMux
	all     []Route
	closing chan struct{}
	closed  sync.Once
	streams readers

	countyTurn sync.Mutex // one first sign-in at a time, so that nobody gets two accounts
}

// New makes a desk. It fails on options that could not work, and starts nothing.
func New(opt Options) (*Desk, error) {
	if opt.Book == nil || opt.Zones == nil || opt.Fleet == nil || opt.Audit == nil || opt.Clock == nil || opt.NewID == nil || opt.NewCode == nil {
		return nil, errors.New("cannot make desk: an option is missing")
	}
	if opt.TimeZone == nil {
		opt.TimeZone = time.Local
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	d := &Desk{opt: opt, log: opt.Logger, agencies: make(map[string]Agency), closing: make(chan struct{}), strangers: newStrangers()}
	for _, a := range opt.Agencies {
		if !activation.ValidID(a.ID) || len(a.ID) > maxAgencyID || d.agencies[a.ID].ID != "" {
			return nil, fmt.Errorf("cannot make desk: agency id %q is not usable", a.ID)
		}
		d.agencies[a.ID] = a
	}
	if len(d.agencies) == 0 {
		return nil, errors.New("cannot make desk: no agency")
	}
	var err error
	if d.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if d.spoken, err = loadSentences(); err != nil {
		return nil, err
	}
	if d.page, err = d.loadTemplates(); err != nil {
		return nil, err
	}
	if err = d.openAccounts(); err != nil {
		return nil, err
	}
	d.presence = newPresence(opt.Clock)
	d.watching = newWatching(opt.Clock)
	d.feed = newFeed(opt.Clock)
	d.views = newViews(opt.Clock)
	d.handler, err = d.routes()
	return d, err
}

// openAccounts readies the ways in.
func (d *Desk) openAccounts() (err error) {
	d.devLinks = devLinks{now: d.opt.Clock, all: map[string]time.Time{}}
	if d.ways, err = newWays(d.opt.Clock); err != nil {
		return fmt.Errorf("cannot seal sign-ins: %w", err)
	}
	if d.opt.Passkeys {
		if d.passkeys, err = newPasskeys(d.opt.PublicURL); err != nil {
			return err
		}
	}
	if d.accounts = d.opt.Accounts; d.accounts == nil {
		d.accounts, _, err = account.Open(context.Background(), new(account.Memory), account.ErrChanged, d.opt.Clock, d.log)
	}
	return err
}

// ServeHTTP answers one request.
func (d *Desk) ServeHTTP(w http.ResponseWriter, r *http.Request) { d.handler.ServeHTTP(w, r) }

// Close ends every open stream, so that a server can shut down; pages reconnect elsewhere or say that they are cut off.
func (d *Desk) Close() { d.closed.Do(func() { close(d.closing) }) }

// Server returns a server for the desk with the time limits that it is made for. Its Shutdown closes the desk.
func (d *Desk) Server() *http.Server {
	s := &http.Server{
		Handler:           d,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(d.log.Handler(), slog.LevelDebug),
	}
	s.RegisterOnShutdown(d.Close)
	return s
}

func (d *Desk) routes() (http.Handler, error) {
	mux := http.NewServeMux()
	all := slices.Concat(
		d.deskRoutes(), d.signInRoutes(), d.accountRoutes(), d.userRoutes(), d.tokenRoutes(), d.glassRoutes(), d.apiRoutes(), d.courseRoutes(),
		d.pushRoutes(), d.capRoutes(), d.opt.Routes,
	)
	if err := d.fill(mux, all); err != nil {
		return nil, err
	}
	var err error
	if d.described, err = d.loadOpenAPI(); err != nil {
		return nil, err
	}
	mux.HandleFunc("/", d.notFound)

	var origin http.CrossOriginProtection
	if d.opt.PublicURL != "" {
		u, err := url.Parse(d.opt.PublicURL)
		if err != nil || u.Host == "" {
			return nil, fmt.Errorf("cannot make desk: public address %q is not a URL", d.opt.PublicURL)
		}
		if err := origin.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, fmt.Errorf("cannot make desk: %w", err)
		}
	}
	origin.SetDenyHandler(http.HandlerFunc(d.foreign))
	return proxies(d.opt.TrustedProxies).handler(d.headers(d.standing(d.honest(origin.Handler(d.limit(mux)))))), nil
}
