package desk

import (
	"slices"
	"strings"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk/account"
)

// Role is what a person does at the desk. One person can have several.
type Role string

// The roles.
const (
	Dispatcher    Role = "dispatcher"    // answers calls, and tells who comes
	Responder     Role = "responder"     // goes to the zone
	Supervisor    Role = "supervisor"    // answers for the dispatchers of an agency
	MDT           Role = "mdt"           // coordinates the multidisciplinary team of the 72 hours
	Analyst       Role = "analyst"       // sees suppressed aggregates and nothing else
	IT            Role = "it"            // keeps the devices up; never sees a case
	Administrator Role = "administrator" // manages accounts and tokens; sees no case
	Auditor       Role = "auditor"       // reads the audit; sees no case
)

// Roles are all roles, in the order in which pages list them.
func Roles() []Role {
	return []Role{Dispatcher, Responder, Supervisor, MDT, Analyst, IT, Administrator, Auditor}
}

// Permission is one thing that a route lets somebody do.
type Permission string

// The permissions. A route has exactly one.
const (
	Anyone   Permission = "anyone"    // no sign-in: the sign-in pages themselves, and the files of the pages
	SignedIn Permission = "signed-in" // whoever has a session, whatever their roles: sign-out, the own passkeys

	CaseList   Permission = "case.list"   // the small cards, and the stream of them
	CaseRead   Permission = "case.read"   // the detail of a case
	CaseAnswer Permission = "case.answer" // acknowledge, coming, message, arrived, code, hand-over, left, stand-down
	CaseClose  Permission = "case.close"
	CaseField  Permission = "case.field"  // open a case that began in the field
	CaseDuty   Permission = "case.duty"   // mark the duties of the own agency in the 72 hours, and pass them on
	CaseMDT    Permission = "case.mdt"    // the team's decisions, and statuses
	CasePerson Permission = "case.person" // link the person whom cases are about

	DeviceRead Permission = "device.read"
	DeviceAct  Permission = "device.act"

	PolicyRead Permission = "policy.read"
	PolicyEdit Permission = "policy.edit"
	RosterEdit Permission = "roster.edit"
	DrillStart Permission = "drill.start"

	ReportRead    Permission = "report.read"    // released sheets: small counts are taken out
	ReportWorking Permission = "report.working" // sheets with every number
	ReportExport  Permission = "report.export"  // release a sheet
	DocumentRead  Permission = "document.read"  // the protocol, code lists and stations
	RetentionAct  Permission = "retention.act"
	TemplateEdit  Permission = "template.edit"

	AuditRead   Permission = "audit.read"
	UserManage  Permission = "user.manage"
	TokenManage Permission = "token.manage"
	BreakGlass  Permission = "breakglass"
	GlassSee    Permission = "glass.see" // be told that somebody broke the glass
)

// allowed is the whole of who may do what. What is not here is refused: a permission that has no line, and a role that is not in the
// line. On cases two limits come on top, see [Seat.sees].
var allowed = map[Permission][]Role{
	CaseList:   {Dispatcher, Responder, Supervisor, MDT},
	CaseRead:   {Dispatcher, Responder, Supervisor, MDT},
	CaseAnswer: {Dispatcher, Responder, Supervisor},
	CaseClose:  {Dispatcher, Supervisor},
	CaseField:  {Dispatcher, Supervisor},
	CaseDuty:   {Dispatcher, Responder, Supervisor, MDT},
	CaseMDT:    {Supervisor, MDT},
	CasePerson: {MDT},

	DeviceRead: {Dispatcher, Supervisor, IT, Administrator},
	DeviceAct:  {IT, Administrator},

	PolicyRead: {Dispatcher, Responder, Supervisor, MDT, IT, Administrator, Auditor},
	PolicyEdit: {Supervisor, Administrator},
	RosterEdit: {Supervisor},
	DrillStart: {Supervisor},

	ReportRead:    {Supervisor, MDT, Analyst, Auditor},
	ReportWorking: {Supervisor, MDT},
	DocumentRead:  {Dispatcher, Responder, Supervisor, MDT, Administrator},
	ReportExport:  {Supervisor, Analyst},
	RetentionAct:  {Supervisor},
	TemplateEdit:  {Supervisor, MDT, Administrator},

	AuditRead:   {Auditor},
	UserManage:  {Administrator},
	TokenManage: {Administrator},
	BreakGlass:  {Dispatcher, Responder, MDT, Administrator},
	GlassSee:    {Supervisor},
}

// glass is what a broken glass adds for its sixty minutes, beside lifting the limits of zone and agency.
var glass = []Permission{CaseList, CaseRead, CaseAnswer}

// Permissions are all that the table knows, and those that need no role.
func Permissions() []Permission {
	out := []Permission{Anyone, SignedIn}
	for p := range allowed {
		out = append(out, p)
	}
	slices.Sort(out)
	return out
}

// Seat is a person or a program at a desk: an id, never a name, and what it may do.
type Seat struct {
	User   string
	Agency string
	Roles  []Role
	Zones  []string // the only zones whose cases it sees; empty for all

	Locked bool // idle for too long: it hears that somebody calls, and sees no more than that
	Glass  bool // has broken the glass: sees cases outside its own zones and agency
	Fresh  bool // has proved who it is within the last minutes

	Program bool // a token, not a person
	session account.Session
}

// May is the one place where it is decided what a seat can do. Cases have limits of their own: see sees.
func (s Seat) May(p Permission) bool {
	switch {
	case p == Anyone || p == SignedIn:
		return true
	case s.Glass && slices.Contains(glass, p):
		return true
	}
	return slices.ContainsFunc(allowed[p], func(r Role) bool { return slices.Contains(s.Roles, r) })
}

// Is reports whether a seat has a role.
func (s Seat) Is(r Role) bool { return slices.Contains(s.Roles, r) }

// sees reports whether a case is within the limits of a seat: its zones, and for an advocates' agency its own cases alone. An agency's
// own are those that it is asked to answer while they are open, those that it has answered or taken over, and those in whose 72 hours
// it has a part: see owes.
func (d *Desk) sees(seat Seat, s activation.State) bool {
	switch {
	case seat.Glass:
		return true
	case len(seat.Zones) > 0 && !slices.Contains(seat.Zones, s.Zone):
		return false
	case d.agency(seat.Agency).Role != "advocate":
		return true
	}
	return s.HandedOverTo == seat.Agency || s.Answer(seat.Agency).Acknowledged.ID != "" || s.Stage().Open() && d.asked(s.Case, seat.Agency) ||
		d.owes(seat.Agency, s)
}

// asked reports whether an agency is asked to answer a call. Where nothing else is known every agency is.
func (d *Desk) asked(id, agency string) bool { return d.opt.Asked == nil || d.opt.Asked(id, agency) }

// parseRoles reads names of roles with commas between them. No name at all is not an answer.
func parseRoles(text string) ([]Role, bool) {
	var out []Role
	for name := range strings.SplitSeq(text, ",") {
		r := Role(strings.TrimSpace(name))
		if !slices.Contains(Roles(), r) {
			return nil, false
		}
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out, true
}
