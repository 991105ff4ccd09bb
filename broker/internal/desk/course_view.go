package desk

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/protocol"
)

func number(s string) (int, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0
}

// dutyView is a duty on the page.
type dutyView struct {
	protocol.Standing
	Status  status
	Late    string
	By      string // who did it
	Passing string // in words, if it is being passed
	Offered bool   // to the seat's own agency
	Mine    bool   // the seat's agency may mark it
	Own     bool   // it is the seat's agency's to pass on
	CanUndo bool
	After   string // the mark that would be taken back
}

// agencyView is what one agency owes.
type agencyView struct {
	Name    string
	Own     bool
	Deaf    bool // nobody of it can be told of its duties
	Duties  []dutyView
	Overdue int
	Open    int
}

type meetingView struct {
	activation.Meeting
	Words, Reason, By string
	TookPart          []string
	Initial           bool
}

type statusView struct {
	activation.StatusNote
	Words, By string
}

type factView struct {
	ID, Words, Known, By string
	After                string // the event that said so
}

type linkView struct {
	activation.Link
	Row   caseRow
	Agree bool // the seat may be the second person
	By    string
}

// courseView is the page of the 72 hours of one case.
type courseView struct {
	ID, Code, Where     string
	At, Ends            time.Time
	Over                bool
	Template            protocol.Template
	Agencies            []agencyView
	Rest                []dutyView // not owed, or what they run from has not happened
	Overdue, Open, Done int
	Facts               []factView
	Informed            time.Time
	InformedBy          string
	Station, How        string
	Meetings            []meetingView
	LastMeeting         string
	Statuses            []statusView
	Last72, LastNow     string // events, for the forms
	Decisions, Reasons  []protocol.Code
	StatusCodes, HowAll []protocol.Code
	Stations            []protocol.Station
	OwnAgency           string
	Others              []Agency // to whom a duty can be passed
	Roles               []offered
	Today               string
	Personal            *Personal
	PersonalGone        bool
	PersonalWithheld    bool // the audit could not be written
	SealedBy            string
	Links               []linkView
	Suggestions         []suggestionView
	Hold                bool
	HoldBy, HoldAfter   string
	HoldWhy             string
	HoldAt              time.Time
	HoldReasons         []offered
	Field               bool // it began in the field
	Erasing, MayErase   bool // somebody asked to erase; and it was not this seat
	ErasureBy           string
	ErasureAt           time.Time
	InformedAfter       string
	OriginAfter         string
	StationID, HowCode  string
	Zone                string // of the clock times
	Erased              time.Time
	Practice            bool
	Mode                activation.Mode
}

type suggestionView struct {
	caseRow
	Sure bool
}

func (d *Desk) coursePage(w http.ResponseWriter, r *http.Request, seat Seat) {
	k, entries, err := d.caseOf(seat, r.PathValue("id"))
	if err != nil {
		d.refuse(w, r, refusalOf(err))
		return
	}
	d.showCourse(w, seat, k, entries, nil)
}

func (d *Desk) showCourse(w http.ResponseWriter, seat Seat, k Case, _ []Entry, notice *refusal) {
	code := http.StatusOK
	if notice != nil {
		code = notice.Status
	}
	v := d.courseView(seat, k)
	d.subsheet(w, seat, code, "cases", "case", "Case "+v.Code, v, notice)
}

func (d *Desk) courseView(seat Seat, k Case) courseView {
	s, c, now := k.State, courseFor(seat, k.State.Course, true), d.opt.Clock()
	tpl, f, standings := d.standings(k)
	lists, stations := d.opt.Course.Protocol.Lists(), d.opt.Course.Protocol.Stations()
	station, _ := stations.Station(c.Station)
	v := courseView{
		ID: s.Case, Code: activation.ShortCode(s.Case), Where: d.zone(s.Zone).Name, At: s.RaisedAt, Ends: protocol.Ends(tpl, f), Template: tpl,
		Informed: f.Informed, Station: station.Name, How: lists.Label(protocol.IdentifiedBy, c.IdentifiedBy), LastMeeting: c.LastMeeting(),
		Decisions: lists.Offered(protocol.MDTDecision), Reasons: lists.Offered(protocol.HallReason), StatusCodes: lists.Offered(protocol.StatusList),
		HowAll: lists.Offered(protocol.IdentifiedBy), Stations: stations.Stations, Today: now.In(d.opt.TimeZone).Format(time.DateOnly),
		OwnAgency: seat.Agency, Hold: c.Hold, Erased: c.Erased.At, Practice: s.Mode != activation.Actual, Mode: s.Mode,
		HoldAfter: c.HoldWord.ID, Erasing: c.Erasing && c.Erased.ID == "", MayErase: c.ErasureWord.By != seat.User, ErasureAt: c.ErasureWord.At,
		InformedAfter: c.Informed.ID, OriginAfter: c.Identified.ID, StationID: c.Station, HowCode: c.IdentifiedBy, Zone: d.opt.TimeZone.String(),
	}
	if v.Erasing {
		v.ErasureBy = d.userWords(c.ErasureWord.By)
	}
	v.Over, v.HoldReasons, v.Field = now.After(v.Ends), holdReasons(), s.Trigger == activation.InField
	if c.Informed.ID != "" {
		v.InformedBy = d.userWords(c.Informed.By)
	}
	if c.HoldWord.ID != "" {
		v.HoldBy, v.HoldAt = d.userWords(c.HoldWord.By), c.HoldWord.At
		v.HoldWhy = holdWords(c.HoldWhy)
	}
	for _, a := range d.opt.Agencies {
		if a.ID != seat.Agency {
			v.Others = append(v.Others, a)
		}
		v.Roles = append(v.Roles, offered{a.Role, a.Name})
	}
	d.duties(&v, seat, tpl, standings, c)
	d.team(&v, lists, c)
	v.Facts = d.facts(c)
	if seat.May(CasePerson) {
		d.person(&v, seat, k)
	}
	return v
}

// siteOwner owes what staff on the spot owe.
const siteOwner = "site"

// duties groups what is owed by who owes it, the seat's own agency first.
func (d *Desk) duties(v *courseView, seat Seat, tpl protocol.Template, standings []protocol.Standing, c activation.Course) {
	now, at := d.opt.Clock(), map[string]int{}
	for _, s := range standings {
		x := d.dutyView(seat, tpl, s, c.Duty(s.Duty.ID), now)
		if s.State == protocol.NotApplicable || s.State == protocol.NotStarted {
			v.Rest = append(v.Rest, x)
			continue
		}
		i, ok := at[s.Owner]
		if !ok {
			i = len(v.Agencies)
			at[s.Owner] = i
			a := tpl.Agency(s.Owner)
			own := a.ID == seat.Agency || a.Role != "" && a.Role == d.agency(seat.Agency).Role
			name := a.Name
			if v.Field && s.Owner == siteOwner && v.Station != "" { // no zone: an officer of a station was there
				name = v.Station
			}
			v.Agencies = append(v.Agencies, agencyView{Name: name, Own: own, Deaf: !d.opt.Course.Reminders.Reminds(tpl, s.Owner)})
		}
		g := &v.Agencies[i]
		g.Duties = append(g.Duties, x)
		switch {
		case s.State.Done():
			v.Done++
		case s.State == protocol.Overdue:
			g.Overdue, v.Overdue = g.Overdue+1, v.Overdue+1
		}
		if s.State.Open() {
			g.Open, v.Open = g.Open+1, v.Open+1
		}
	}
	slices.SortStableFunc(v.Agencies, func(a, b agencyView) int {
		switch {
		case a.Own == b.Own:
			return 0
		case a.Own:
			return -1
		default:
			return 1
		}
	})
}

func (d *Desk) dutyView(seat Seat, tpl protocol.Template, s protocol.Standing, said activation.DutyState, now time.Time) dutyView {
	x := dutyView{
		Standing: s, Status: dutyStatus(s.State),
		Own:  seat.May(CaseDuty) && tpl.MayMark(s.Duty, s.Owner, d.party(seat)),
		Mine: seat.May(CaseDuty) && (tpl.MayMark(s.Duty, s.Owner, d.party(seat)) || seat.Is(MDT)), CanUndo: said.Done, After: said.Word.ID,
	}
	if late := s.Late(now); late > 0 {
		x.Late = spoken(late) + " late"
	}
	switch {
	case s.Deed.By != "":
		x.By = d.userWords(s.Deed.By)
	case s.Deed.Agency != "":
		x.By = d.agency(s.Deed.Agency).Name
	}
	if said.Step == activation.Offered && !said.Done {
		x.Passing = d.agency(said.Passing.Agency).Name + " asks " + d.agency(said.To).Name + " to take this over; until then it stays."
		x.Offered = said.To == seat.Agency
	}
	return x
}

func dutyStatus(s protocol.State) status {
	switch s {
	case protocol.Overdue:
		return status{"over", "alert", "Overdue"}
	case protocol.DueSoon:
		return status{"soon", "clock", "Due soon"}
	case protocol.DoneOnTime:
		return status{"done", "tick", "Done on time"}
	case protocol.DoneLate:
		return status{"late", "tick", "Done late"}
	case protocol.NotApplicable:
		return status{"none", "box", "Does not apply"}
	case protocol.NotStarted:
		return status{"none", "clock", "Has not begun"}
	default:
		return status{"wait", "clock", "Waiting"}
	}
}

func (d *Desk) team(v *courseView, lists protocol.Lists, c activation.Course) {
	for i, m := range c.Meetings {
		x := meetingView{
			Meeting: m, Words: lists.Label(protocol.MDTDecision, m.Decision.Code), By: d.userWords(m.By), Initial: i == 0,
		}
		if m.Decision.Reason != "" {
			x.Reason = lists.Label(protocol.HallReason, m.Decision.Reason)
		}
		for _, r := range m.Decision.TookPart {
			x.TookPart = append(x.TookPart, partyWords(r))
		}
		v.Meetings = append(v.Meetings, x)
	}
	slices.Reverse(v.Meetings)
	for _, n := range slices.Backward(c.Statuses) {
		v.Statuses = append(v.Statuses, statusView{n, lists.Label(protocol.StatusList, n.Status.Code), d.userWords(n.By)})
	}
	if n, ok := c.LastStatus(activation.At72h); ok {
		v.Last72 = n.ID
	}
	if n, ok := c.LastStatus(activation.Now); ok {
		v.LastNow = n.ID
	}
}

func partyWords(role string) string {
	switch role {
	case "law_enforcement":
		return "Law enforcement"
	case "child_welfare":
		return "Child welfare"
	case "mental_health":
		return "Mental health"
	case "probation":
		return "Probation"
	case "advocate":
		return "Advocate"
	case "health":
		return "Health"
	default:
		return role
	}
}

func (d *Desk) facts(c activation.Course) []factView {
	var out []factView
	for _, f := range []struct {
		of    activation.Circumstance
		words string
	}{{activation.IsHurt, "Hurt?"}, {activation.InCare, "In foster care or a placement?"}, {activation.UnderProbation, "Under probation?"}} {
		x := factView{ID: string(f.of), Words: f.words}
		if known, ok := c.Facts[f.of]; ok {
			x.Known, x.By, x.After = "no", d.userWords(known.By), known.ID
			if known.Is {
				x.Known = "yes"
			}
		}
		out = append(out, x)
	}
	return out
}

// person is what those see who may link persons.
func (d *Desk) person(v *courseView, seat Seat, k Case) {
	c := k.State.Course
	if v.PersonalWithheld = !d.kept(seat, "read_personal", k.State.Case, ""); v.PersonalWithheld {
		return
	}
	if c.Sealed != nil {
		p, err := d.opt.Course.Personal.Open(k.State.Case, c.Sealed)
		if err == nil {
			v.Personal = &p
		}
		v.PersonalGone = err != nil
	}
	v.SealedBy = c.SealedBy.ID
	for _, l := range c.Links {
		if !l.Holds() && !l.Waits() {
			continue
		}
		v.Links = append(v.Links, linkView{Link: l, Row: d.rowOf(l.SameAs), Agree: l.Waits() && l.Proposed.By != seat.User, By: d.userWords(l.Proposed.By)})
	}
	for _, s := range d.opt.Course.Cases.Suggest(k.State.Case) {
		v.Suggestions = append(v.Suggestions, suggestionView{d.caseRow(s.Hit), s.Sure})
	}
}

func (d *Desk) rowOf(id string) caseRow {
	hits, _ := d.opt.Course.Cases.Search(Query{Text: id, Limit: 1})
	if len(hits) == 0 {
		return caseRow{Hit: Hit{Case: id, Code: activation.ShortCode(id)}}
	}
	return d.caseRow(hits[0])
}

func conditionWords(c protocol.Condition) string {
	switch c {
	case protocol.IfHurt:
		return "hurt"
	case protocol.IfInCare:
		return "in care"
	case protocol.IfLeft:
		return "gone"
	case protocol.IfUnderProbation:
		return "under probation"
	default:
		return string(c)
	}
}

func startWords(s protocol.Start) string {
	switch s {
	case protocol.FromInformed:
		return "receiving the information"
	case protocol.FromArrived:
		return "the first arrival"
	case protocol.FromLeft:
		return "when the youth left"
	default:
		return "the call"
	}
}
