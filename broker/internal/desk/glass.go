package desk

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"safeyouthzone/broker/internal/desk/account"
)

const (
	minReason = 10
	maxReason = 500
)

// glassReasons are the codes that the audit keeps, and their words.
func glassReasons() []offered {
	return []offered{
		{"nobody_answers", "A call rings and nobody else can answer it"},
		{"youth_at_risk", "A youth may be in danger and I need what we know"},
		{"hand_over", "A responder of another agency needs it at the door"},
		{"court_or_law", "A court or the law requires it now"},
		{"fault", "The desk has a fault and the usual way does not work"},
	}
}

func reasonWords(code string) string {
	for _, r := range glassReasons() {
		if r.Value == code {
			return r.Words
		}
	}
	return code
}

func (d *Desk) glassRoutes() []Route {
	return []Route{
		{Pattern: "GET /glass", Permission: BreakGlass, Handler: d.glassPage},
		{Pattern: "POST /glass", Permission: BreakGlass, Handler: d.breakGlass, StepUp: true},
		{Pattern: "POST /glass/end", Permission: SignedIn, Handler: d.mendGlass},
		{Pattern: "POST /glass/{glass}/seen", Permission: GlassSee, Handler: d.seenGlass},
		{Pattern: "GET /glass/told", Permission: GlassSee, Handler: d.toldPage},
		{Pattern: "GET /api/v1/glasses", Permission: AuditRead, Handler: d.apiGlasses},
	}
}

type glassView struct {
	Reasons []offered
	Reason  string
	Text    string
	Fresh   bool
	Broken  bool
	Until   time.Time
}

func (d *Desk) glassView(seat Seat) glassView {
	v := glassView{Reasons: glassReasons(), Fresh: seat.Fresh}
	if g, ok := d.accounts.Glass(seat.User); ok {
		v.Broken, v.Until = true, g.Ends
	}
	return v
}

func (d *Desk) glassPage(w http.ResponseWriter, _ *http.Request, seat Seat) {
	d.sheet(w, seat, "glass", "Break the glass", d.glassView(seat))
}

// breakGlass lets somebody see, for an hour, what they otherwise must not. It is in the audit before it is done; the words in which they
// say why are kept beside the account, for auditors, and nowhere else.
func (d *Desk) breakGlass(w http.ResponseWriter, r *http.Request, seat Seat) {
	code, text := r.PostFormValue("reason"), strings.TrimSpace(r.PostFormValue("text"))
	n := utf8.RuneCountInString(text)
	if !slices.ContainsFunc(glassReasons(), func(o offered) bool { return o.Value == code }) || n < minReason || n > maxReason || !utf8.ValidString(text) {
		v := d.glassView(seat)
		v.Reason, v.Text = code, text
		d.sheetWith(w, seat, http.StatusUnprocessableEntity, "glass", "Break the glass", v, &refusal{
			Title: "Choose a reason, and say in 10 to 500 letters why.", Detail: "The glass is whole.",
		})
		return
	}
	g, err := d.accounts.BreakGlass(r.Context(), account.Glass{User: seat.User, Agency: seat.Agency, Reason: code, Text: text}, func(g account.Glass) error {
		return d.opt.Audit.Keep(r.Context(), d.target(seat, "glass_broken", g.ID, code))
	})
	if err != nil {
		d.log.Error("glass not broken", slog.String("user", seat.User), slog.Any("error", err))
		d.refuse(w, r, notKept)
		return
	}
	d.log.Warn("glass broken", slog.String("user", seat.User), slog.String("reason", code), slog.Time("until", g.Ends))
	http.Redirect(w, r, "/desk", http.StatusSeeOther)
}

// mendGlass ends it early.
func (d *Desk) mendGlass(w http.ResponseWriter, r *http.Request, seat Seat) {
	if g, ok := d.accounts.Glass(seat.User); ok {
		if _, err := d.accounts.ChangeGlass(r.Context(), g.ID, func(g *account.Glass) error {
			g.Ends = d.opt.Clock().UTC()
			return nil
		}); err != nil {
			d.failed(w, r, err)
			return
		}
		d.noteTarget(seat, "glass_mended", g.ID, "")
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (d *Desk) seenGlass(w http.ResponseWriter, r *http.Request, seat Seat) {
	g, err := d.accounts.ChangeGlass(r.Context(), r.PathValue("glass"), func(g *account.Glass) error {
		if !slices.Contains(g.Seen, seat.User) {
			g.Seen = append(slices.Clone(g.Seen), seat.User)
		}
		return nil
	})
	if err != nil {
		d.notFound(w, r)
		return
	}
	d.noteTarget(seat, "glass_seen", g.ID, "")
	http.Redirect(w, r, "/glass/told", http.StatusSeeOther)
}

type toldGlass struct {
	account.Glass
	Words string
	Who   string
	Mine  bool // this supervisor has seen it
	Over  bool
}

// toldPage is where supervisors read who broke the glass. It shows the reason, not the words.
func (d *Desk) toldPage(w http.ResponseWriter, _ *http.Request, seat Seat) {
	now := d.opt.Clock()
	var out []toldGlass
	for _, g := range d.accounts.Glasses(now.AddDate(0, 0, -30)) {
		g.Text = ""
		out = append(out, toldGlass{g, reasonWords(g.Reason), d.userWords(g.User), slices.Contains(g.Seen, seat.User), !now.Before(g.Ends)})
	}
	slices.SortFunc(out, func(a, b toldGlass) int { return b.Began.Compare(a.Began) })
	d.sheet(w, seat, "glasstold", "Glass broken", out)
}

// apiGlasses gives auditors the words as well.
func (d *Desk) apiGlasses(w http.ResponseWriter, r *http.Request, seat Seat) {
	if !d.kept(seat, "read_glasses", "", "") {
		d.refuse(w, r, notShown)
		return
	}
	d.answerJSON(w, struct {
		Glasses []account.Glass `json:"glasses"`
	}{append([]account.Glass{}, d.accounts.Glasses(time.Time{})...)})
}

// glassBanners are on every page: red for whoever has broken it, and for every supervisor who has not yet seen it.
func (d *Desk) glassBanners(seat Seat) []Banner {
	if seat.Locked {
		return nil
	}
	var out []Banner
	if g, ok := d.accounts.Glass(seat.User); ok {
		out = append(out, Banner{
			Alarm: true, Icon: "alert", Title: "You have broken the glass.", Href: "/glass", Do: "Mend it",
			Detail: "Until " + d.hourMinute(g.Ends) + " you see cases that are not yours. Everything that you open is told to supervisors and auditors.",
		})
	}
	if !seat.May(GlassSee) {
		return out
	}
	for _, g := range d.accounts.Glasses(d.opt.Clock().Add(-account.GlassLife)) {
		if g.User != seat.User && !slices.Contains(g.Seen, seat.User) {
			out = append(out, Banner{
				Alarm: true, Icon: "alert", Title: d.userWords(g.User) + " has broken the glass.", Href: "/glass/told", Do: "Look",
				Detail: "Until " + d.hourMinute(g.Ends) + ". " + reasonWords(g.Reason) + ".",
			})
		}
	}
	return out
}
