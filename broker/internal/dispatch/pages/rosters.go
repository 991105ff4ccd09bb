package pages

import (
	"cmp"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"safeyouthzone/broker/internal/dispatch/policy"
)

type rosterRow struct {
	ID, Name, Agency, TimeZone string
	Now                        []string
	Shifts                     int
	Changes                    int
}

type personRow struct {
	ID, Name, Agency string
	Ways             []string // channels, never addresses
	Dead             []string // why some of them can not work now
	Off, Duty, Lost  bool     // lost: all of them
	Rostered         bool
}

// Rosters is the page that says who is on duty now, and who there is.
func (p *Pages) Rosters(w http.ResponseWriter, r *http.Request) {
	data := struct {
		Rosters  []rosterRow
		People   []personRow
		Left     []policy.PersonDoc
		Channels []string
	}{Channels: p.o.Directory.Channels(), Left: p.o.Directory.Left()}
	duty, listed := map[string]bool{}, map[string]bool{}
	for _, x := range p.o.Directory.Rosters() {
		row := rosterRow{ID: x.ID, Name: x.Name, Agency: p.agencyName(x.Agency), TimeZone: x.TimeZone, Shifts: len(x.Shifts), Changes: len(x.Overrides)}
		for _, id := range p.o.Directory.OnDuty(x.ID, p.o.Now()) {
			row.Now = append(row.Now, p.personName(id))
			duty[id] = true
		}
		for _, s := range x.Shifts {
			for _, id := range s.People {
				listed[id] = true
			}
		}
		data.Rosters = append(data.Rosters, row)
	}
	for _, x := range p.o.Directory.People() {
		row := personRow{ID: x.ID, Name: x.Name, Agency: p.agencyName(x.Agency), Off: x.Off, Duty: duty[x.ID], Rostered: listed[x.ID], Lost: p.dead(x)}
		for _, c := range x.Contacts {
			row.Ways = append(row.Ways, c.Channel)
			if why := p.o.Dead(x, c); why != "" {
				row.Dead = append(row.Dead, c.Channel+": "+why)
			}
		}
		data.People = append(data.People, row)
	}
	slices.SortStableFunc(data.People, func(a, b personRow) int { return cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	p.o.Show(w, r, http.StatusOK, "rosters", "Rosters and people", data, nil)
}

type wayRow struct {
	N        int
	Channels []choice
	To       string
	AfterS   int
}

type personForm struct {
	policy.PersonDoc
	New      bool
	NoWays   bool // this broker has no channel
	Agencies []choice
	Ways     []wayRow
}

// EditPerson is the form of a person's data.
func (p *Pages) EditPerson(w http.ResponseWriter, r *http.Request) {
	doc, _ := p.o.Directory.One(r.URL.Query().Get("id"))
	p.personForm(w, r, http.StatusOK, doc, nil)
}

func (p *Pages) personForm(w http.ResponseWriter, r *http.Request, code int, doc policy.PersonDoc, faults []string) {
	f := personForm{PersonDoc: doc, New: doc.Version == 0, NoWays: len(p.o.Directory.Channels()) == 0}
	for _, a := range p.o.Agencies() {
		f.Agencies = append(f.Agencies, choice{a.ID, a.Name, a.ID == doc.Agency})
	}
	for i := range len(doc.Contacts) + blanks {
		row := wayRow{N: i + 1}
		on := ""
		if i < len(doc.Contacts) {
			row.To, row.AfterS, on = doc.Contacts[i].To, doc.Contacts[i].AfterS, doc.Contacts[i].Channel
		}
		for _, c := range p.o.Directory.Channels() {
			row.Channels = append(row.Channels, choice{c, c, c == on})
		}
		f.Ways = append(f.Ways, row)
	}
	title := doc.Name
	if f.New {
		title = "A new person"
	}
	p.o.Show(w, r, code, "person", title, f, faults)
}

// SavePerson takes the form.
func (p *Pages) SavePerson(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form can not be read.", http.StatusBadRequest)
		return
	}
	doc := personOf(r.PostForm)
	if doc.ID == "" && doc.Version == 0 {
		doc.ID = p.o.NewID()
	}
	if r.PostForm.Get("do") == "remove" {
		doc.Retired = true
	}
	if err := p.o.Directory.PutPerson(r.Context(), doc, p.o.Who(r)); err != nil {
		code, words := faults(err)
		doc.Retired = false
		p.personForm(w, r, code, doc, words)
		return
	}
	http.Redirect(w, r, "/rosters", http.StatusSeeOther)
}

func personOf(f url.Values) policy.PersonDoc {
	doc := policy.PersonDoc{
		ID: f.Get("id"), Name: f.Get("name"), Agency: f.Get("agency"), Account: f.Get("account"), Off: f.Get("off") == "yes", Version: number(f.Get("version")),
	}
	for i := 1; f.Has("channel-" + strconv.Itoa(i)); i++ {
		n := strconv.Itoa(i)
		if c := f.Get("channel-" + n); c != "" {
			doc.Contacts = append(doc.Contacts, policy.Contact{Channel: c, To: f.Get("to-" + n), AfterS: number(f.Get("wait-" + n))})
		}
	}
	return doc
}

type shiftRow struct {
	N        int
	From, To string
	Rotate   bool
	Days     []choice
	People   []turn
}

// turn is a person of a shift, and when it is their week if they take turns.
type turn struct {
	choice
	Turn int
}

type overrideRow struct {
	N int
	policy.Override
	On, Off []choice
}

type rosterForm struct {
	policy.RosterDoc
	New      bool
	Agencies []choice
	Shifts   []shiftRow
	Changes  []overrideRow
}

// EditRoster is the form of a roster.
func (p *Pages) EditRoster(w http.ResponseWriter, r *http.Request) {
	doc, ok := p.o.Directory.OneRoster(r.URL.Query().Get("id"))
	if !ok {
		doc = policy.RosterDoc{TimeZone: p.o.TimeZone, HandOver: "07:00"}
	}
	p.rosterForm(w, r, http.StatusOK, doc, nil)
}

func (p *Pages) rosterForm(w http.ResponseWriter, r *http.Request, code int, doc policy.RosterDoc, faults []string) {
	f := rosterForm{RosterDoc: doc, New: doc.Version == 0}
	for _, a := range p.o.Agencies() {
		f.Agencies = append(f.Agencies, choice{a.ID, a.Name, a.ID == doc.Agency})
	}
	for i := range len(doc.Shifts) + blanks {
		row := shiftRow{N: i + 1}
		var s policy.Shift
		if i < len(doc.Shifts) {
			s = doc.Shifts[i]
		}
		row.From, row.To, row.Rotate = s.From, s.To, s.Rotate
		for d, name := range []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"} {
			row.Days = append(row.Days, choice{strconv.Itoa(d), name, slices.Contains(s.Days, d)})
		}
		for j, c := range p.people(doc.Agency, s.People...) {
			x := turn{choice: c}
			if c.On {
				x.Turn = j + 1
			}
			row.People = append(row.People, x)
		}
		f.Shifts = append(f.Shifts, row)
	}
	for i := range len(doc.Overrides) + 1 {
		row := overrideRow{N: i + 1}
		if i < len(doc.Overrides) {
			row.Override = doc.Overrides[i]
		}
		row.On, row.Off = p.people("", row.Override.On), p.people("", row.Override.Off)
		f.Changes = append(f.Changes, row)
	}
	title := doc.Name
	if f.New {
		title = "A new roster"
	}
	p.o.Show(w, r, code, "roster", title, f, faults)
}

// people are the people of an agency, or all; those who are on already stay in their order, since a rotation follows it.
func (p *Pages) people(agency string, on ...string) []choice {
	var out []choice
	for _, id := range on {
		if id != "" {
			out = append(out, choice{id, p.personName(id), true})
		}
	}
	for _, x := range p.o.Directory.People() {
		if !slices.Contains(on, x.ID) && (agency == "" || x.Agency == agency) {
			out = append(out, choice{x.ID, x.Name, false})
		}
	}
	return out
}

// SaveRoster takes the form.
func (p *Pages) SaveRoster(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "The form can not be read.", http.StatusBadRequest)
		return
	}
	doc := rosterOf(r.PostForm)
	if doc.ID == "" && doc.Version == 0 {
		doc.ID = p.o.NewID()
	}
	if err := p.o.Directory.PutRoster(r.Context(), doc, p.o.Who(r)); err != nil {
		code, words := faults(err)
		p.rosterForm(w, r, code, doc, words)
		return
	}
	http.Redirect(w, r, "/rosters", http.StatusSeeOther)
}

// place is a person's turn in a shift, as the form has it; those without one come last, in the order of the form.
func place(f url.Values, shift, person string) int {
	if n := number(f.Get("turn-" + shift + "-" + person)); n > 0 {
		return n
	}
	return math.MaxInt
}

func rosterOf(f url.Values) policy.RosterDoc {
	doc := policy.RosterDoc{
		ID: f.Get("id"), Name: f.Get("name"), Agency: f.Get("agency"), TimeZone: f.Get("time_zone"), Start: f.Get("start"), HandOver: f.Get("hand_over"),
		Version: number(f.Get("version")),
	}
	for i := 1; f.Has("from-" + strconv.Itoa(i)); i++ {
		n := strconv.Itoa(i)
		if f.Get("from-"+n) == "" && f.Get("to-"+n) == "" && len(f["who-"+n]) == 0 && len(f["day-"+n]) == 0 {
			continue // a row that was left empty
		}
		s := policy.Shift{From: f.Get("from-" + n), To: f.Get("to-" + n), People: f["who-"+n], Rotate: f.Get("rotate-"+n) == "yes"}
		slices.SortStableFunc(s.People, func(a, b string) int { return cmp.Compare(place(f, n, a), place(f, n, b)) })
		for _, d := range f["day-"+n] {
			s.Days = append(s.Days, number(d))
		}
		doc.Shifts = append(doc.Shifts, s)
	}
	for i := 1; f.Has("begin-" + strconv.Itoa(i)); i++ {
		n := strconv.Itoa(i)
		if f.Get("begin-"+n) == "" && f.Get("end-"+n) == "" {
			continue
		}
		doc.Overrides = append(doc.Overrides, policy.Override{From: f.Get("begin-" + n), Until: f.Get("end-" + n), Off: f.Get("off-" + n), On: f.Get("on-" + n)})
	}
	return doc
}
