package desk_test

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desktest"
)

// rare are marks of fields in a case that are found nowhere else on a page.
const (
	rareCode     = "7391"
	rareOther    = "7392" // another agency's
	rareReferral = "9081726354908172635"
	rareStaff    = "s-zz91"
)

// fieldCase is a case in which every field that is not everybody's holds a mark.
func fieldCase(t *testing.T, county *desktest.County) string {
	t.Helper()
	id := county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	tell(t, county, id, "sheriff", activation.Event{Type: activation.Acknowledged, Code: rareCode})
	tell(t, county, id, "dcfs", activation.Event{Type: activation.Acknowledged, Code: rareOther})
	e := activation.Event{
		ID: county.Options().NewID(), Case: id, Type: activation.ReportMade, Mode: activation.Actual,
		Actor:  activation.Actor{Kind: activation.ByDevice, ID: "cl-02", Staff: rareStaff},
		Report: &activation.Report{Called: activation.Hotline, Disposition: activation.Immediate, Referral: rareReferral},
	}
	if _, err := county.Book.Do(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestEveryRoleSeesItsFieldsAtEveryRoute(t *testing.T) {
	county := desktest.NewCounty(time.Now)
	d, err := desk.New(county.Options())
	if err != nil {
		t.Fatal(err)
	}
	id := fieldCase(t, county)
	marks := map[string]string{"code": rareCode, "referral": rareReferral, "staff": rareStaff}
	may := map[string]string{"code": "drs.....", "referral": "d.sm....", "staff": "d.s....."} // by hand, in the order of the roles
	found := map[string]bool{}
	for i, role := range desk.Roles() {
		cookie := as(t, d, "sheriff", role)
		for _, route := range d.Routes() {
			method, path := fillPath(route.Pattern, id)
			if method != http.MethodGet {
				continue
			}
			body := plain(call(t, d, method, path, cookie, ""))
			if strings.Contains(path, "events") { // from the beginning
				body = plain(call(t, d, method, path+"?after=0", cookie, ""))
			}
			for field, mark := range marks {
				switch has := holds(body, mark); {
				case has && may[field][i] == '.':
					t.Errorf("%s at %s sees the %s", role, route.Pattern, field)
				case has:
					found[field+string(role)] = true
				}
			}
			if holds(body, rareOther) {
				t.Errorf("%s at %s sees the code of another agency", role, route.Pattern)
			}
			if may["staff"][i] == '.' && role != desk.Responder && role != desk.MDT && route.Permission != desk.AuditRead && strings.Contains(body, id) {
				t.Errorf("%s at %s sees that there is a case", role, route.Pattern)
			}
		}
	}
	for i, role := range desk.Roles() {
		for field := range marks {
			if may[field][i] != '.' && !found[field+string(role)] {
				t.Errorf("%s finds the %s nowhere", role, field)
			}
		}
	}
}

// holds reports whether a page has a mark by itself: four digits are somewhere within many an id, hash or time.
func holds(body, mark string) bool {
	return regexp.MustCompile(`(^|[^0-9a-f])` + mark + `($|[^0-9a-f])`).MatchString(body)
}

func plain(w *httptest.ResponseRecorder) string { return w.Body.String() }

// everybodys are the fields of an event that everybody sees who may read the case. What is neither here nor in a line of fields.go fails.
var everybodys = strings.Fields(`ID Case Type Mode Actor.Kind Actor.ID Source LedgerTime Zone Device Trigger HeldAtStart Alias Other Press Need
	Intake Report.Called Report.Disposition Welfare Agency ETAMin Message Outcome Dispatch
	FollowUp.Duty FollowUp.Evidence FollowUp.To FollowUp.Step FollowUp.Facts FollowUp.Station FollowUp.IdentifiedBy FollowUp.After`)

var somebodys = strings.Fields(`Code Actor.Staff Report.Referral FollowUp.Decision FollowUp.Status FollowUp.SameAs FollowUp.Sealed FollowUp.Why`)

func TestEveryFieldIsSomebodys(t *testing.T) {
	var walk func(prefix string, of reflect.Type)
	walk = func(prefix string, of reflect.Type) {
		for f := range of.Fields() {
			name := prefix + f.Name
			inner := f.Type
			if inner.Kind() == reflect.Pointer {
				inner = inner.Elem()
			}
			switch {
			case slices.Contains(everybodys, name), slices.Contains(somebodys, name):
			case inner.Kind() == reflect.Struct && prefix == "":
				walk(name+".", inner)
			default:
				t.Errorf("%s is new: say in fields.go and here who sees it", name)
			}
		}
	}
	walk("", reflect.TypeFor[activation.Event]())
}

func TestABrokenGlassShowsNoMoreFields(t *testing.T) {
	for _, f := range []desk.Field{desk.FieldReferral, desk.FieldStaff, desk.FieldDecision, desk.FieldPerson} {
		if (desk.Seat{Roles: []desk.Role{desk.Administrator}, Glass: true}).Shows(f) {
			t.Errorf("it shows the %s", f)
		}
	}
	if !(desk.Seat{Roles: []desk.Role{desk.Administrator}, Glass: true}).Shows(desk.FieldCode) {
		t.Error("whoever answers through a broken glass has no code for the door")
	}
}
