package desk

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

// navItem is one page that a seat may open.
type navItem struct {
	Page, Href, Words, Icon string
	Here                    bool
}

// navOrder is the order of the navigation: what rings comes first, what is set up once comes last.
func navOrder() []string {
	return []string{"desk", "field", "cases", "duties", "mdt", "drills", "reports", "rosters", "policies", "devices", "retention", "audit", "users", "tokens"}
}

// nav lists the pages of the routes that a seat may use; page is the one that it is at.
func (d *Desk) nav(seat Seat, page string) []navItem {
	var out []navItem
	for _, r := range d.all {
		href, isPage := strings.CutPrefix(r.Pattern, "GET ")
		if r.Nav == "" || !isPage || !seat.May(r.Permission) {
			continue
		}
		name := strings.TrimPrefix(href, "/")
		out = append(out, navItem{Page: name, Href: href, Words: r.Nav, Icon: cmp.Or(r.Icon, "doc"), Here: name == page})
	}
	place := func(n navItem) int {
		if at := slices.Index(navOrder(), n.Page); at >= 0 {
			return at
		}
		return len(navOrder())
	}
	slices.SortStableFunc(out, func(a, b navItem) int { return cmp.Compare(place(a), place(b)) })
	return out
}

// sheet is what the template of a page beside the console gets: everything of the frame, and its own data.
type sheet struct {
	frame
	Title string
	Data  any
}

// sheet shows a page beside the console: the template name, between {{template "sheettop" .}} and {{template "sheetbottom" .}}. Page is
// its path without the slash. The page rings, counts and says that it is cut off like every other.
func (d *Desk) sheet(w http.ResponseWriter, seat Seat, name, title string, data any) {
	d.sheetWith(w, seat, http.StatusOK, name, title, data, nil)
}

// sheetWith is the same page with what was refused, at its top.
func (d *Desk) sheetWith(w http.ResponseWriter, seat Seat, code int, name, title string, data any, notice *refusal) {
	f := d.frame(seat, name)
	f.Notice = notice
	d.render(w, code, name, sheet{frame: f, Title: title, Data: data})
}

// Banner is something that everybody at a seat must see on every page until it is over. It holds no youth's data.
type Banner struct {
	Alarm  bool // somebody must act now; otherwise it is only to be known
	Icon   string
	Title  string
	Detail string
	Href   string // where something can be done about it
	Do     string // the words of that link
}

// banners collects what the parts of the broker have to say to a seat. Alarms come first.
func (d *Desk) banners(seat Seat) []Banner {
	out := append(d.glassBanners(seat), d.recoveryBanners(seat)...)
	for _, ask := range d.opt.Banners {
		out = append(out, ask(seat)...)
	}
	slices.SortStableFunc(out, func(a, b Banner) int {
		switch {
		case a.Alarm == b.Alarm:
			return 0
		case a.Alarm:
			return -1
		default:
			return 1
		}
	})
	return out
}
