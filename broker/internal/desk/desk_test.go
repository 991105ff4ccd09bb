package desk_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desktest"
)

// rig is a county, its desk, and the server of it.
type rig struct {
	t      testing.TB
	county *desktest.County
	desk   *desk.Desk
	url    string
}

func newRig(t testing.TB, change ...func(*desk.Options)) *rig {
	t.Helper()
	c := desktest.NewCounty(time.Now)
	opt := c.Options()
	for _, f := range change {
		f(&opt)
	}
	d, err := desk.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(d)
	t.Cleanup(func() {
		d.Close()
		s.Close()
	})
	return &rig{t: t, county: c, desk: d, url: s.URL}
}

// person is a browser without a script.
type person struct {
	*http.Client
	r *rig
}

func (r *rig) person(agency string) *person {
	r.t.Helper()
	return r.personAs(agency, "")
}

// personAs signs in in one role; without one as dispatcher and supervisor.
func (r *rig) personAs(agency string, role desk.Role) *person {
	r.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		r.t.Fatal(err)
	}
	p := &person{&http.Client{Jar: jar, Timeout: 10 * time.Second}, r}
	if agency == "" {
		return p
	}
	link, err := url.Parse(r.desk.SignInLink())
	if err != nil {
		r.t.Fatal(err)
	}
	code, page := p.post("/sign-in", "link", link.Query().Get("link"), "agency", agency, "role", string(role))
	if code != http.StatusOK || !strings.Contains(page, "Responder desk") {
		r.t.Fatalf("sign-in answered %d: %s", code, page)
	}
	return p
}

func (p *person) send(method, path, accept string, form url.Values, header ...string) (int, string) {
	p.r.t.Helper()
	req, err := http.NewRequestWithContext(p.r.t.Context(), method, p.r.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.r.t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := p.Do(req)
	if err != nil {
		p.r.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		p.r.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func (p *person) get(path string) (int, string) {
	return p.send(http.MethodGet, path, "text/html", nil)
}

func (p *person) post(path string, pairs ...string) (int, string) {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return p.send(http.MethodPost, path, "text/html", form)
}

func has(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
}

func hasNot(t *testing.T, page string, words ...string) {
	t.Helper()
	for _, w := range words {
		if strings.Contains(page, w) {
			t.Errorf("the page says %q", w)
		}
	}
}

func TestWithoutSignInSetUpEveryPageSaysSo(t *testing.T) {
	r := newRig(t, func(o *desk.Options) { o.Dev, o.APIToken = false, "token" })
	if link := r.desk.SignInLink(); link != "" {
		t.Errorf("there is a sign-in link: %s", link)
	}
	for _, path := range []string{"/desk", "/devices", "/events", "/sign-in?link=x", "/api/v1/activations", "/desk/x"} {
		code, page := r.person("").send(http.MethodGet, path, "text/html", nil, "Authorization", "Bearer token")
		if code != http.StatusServiceUnavailable || !strings.Contains(page, "Sign-in is not set up") {
			t.Errorf("%s answered %d: %.200s", path, code, page)
		}
	}
}

func TestStrangersSeeNothing(t *testing.T) {
	r := newRig(t)
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	for _, path := range []string{"/desk", "/desk/" + id, "/desk/" + id + "/detail", "/devices", "/events", "/session", "/api/v1/activations/" + id} {
		code, page := r.person("").get(path)
		if code != http.StatusUnauthorized {
			t.Errorf("%s answered %d", path, code)
		}
		hasNot(t, page, "Compton", id)
	}
	if code, _ := r.person("").post("/desk/" + id + "/acknowledge"); code != http.StatusUnauthorized {
		t.Errorf("acknowledge answered %d", code)
	}
}

func TestEmptyDeskSaysThatNobodyWaits(t *testing.T) {
	_, page := newRig(t).person("sheriff").get("/desk")
	has(t, page, "No open activations", "Nobody is waiting")
}

func TestWholeJourneyWithoutScript(t *testing.T) {
	r := newRig(t)
	p, id := r.person("sheriff"), r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	_, page := p.get("/desk")
	has(t, page, "<title>(1) Responder desk", "Compton Library", "Waiting for an answer", "The county has it", activation.ShortCode(id))
	hasNot(t, page, ">4821<", "Our responder is there")

	_, page = p.post("/desk/" + id + "/acknowledge")
	has(t, page, "Acknowledged", "A person has answered", "Responder’s code", "4821")
	hasNot(t, page, "<title>(1)", "id=\"ack\"")

	_, page = p.post("/desk/"+id+"/coming", "eta_min", "10")
	has(t, page, "Help is coming", "Someone is coming", "An officer · <span data-about", "Coming, said 10 min")

	_, page = p.post("/desk/"+id+"/message", "message", "not_in_trouble")
	has(t, page, `<p class="bubble">You are not in trouble.`)

	_, page = p.post("/desk/" + id + "/arrived")
	has(t, page, "They are here", "We check who they are first", "The code has not been checked")

	r.county.Book.Device(id, "cl-02", activation.Actual, activation.Event{Type: activation.CodeEntered, Code: "4821"})
	_, page = p.get("/desk/" + id)
	has(t, page, "Code was checked at the kiosk")

	_, page = p.post("/desk/" + id + "/hand-over")
	has(t, page, "Handed over", "How did it end?")

	_, page = p.post("/desk/"+id+"/close", "outcome", "helped")
	has(t, page, "Closed: Helped")
}

func TestSecondOfTheSameAgencyIsToldWho(t *testing.T) {
	r := newRig(t)
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	first, second, other := r.person("sheriff"), r.person("sheriff"), r.person("dcfs")
	first.post("/desk/" + id + "/acknowledge")
	code, page := second.post("/desk/" + id + "/acknowledge")
	if code != http.StatusConflict {
		t.Errorf("the second was answered %d", code)
	}
	k, _, _ := r.county.Book.Get(id)
	by := k.State.Answer("sheriff").By
	has(t, page, "Your agency has already answered.", "It was seat "+strings.ToUpper(strings.TrimPrefix(by, "sheriff-")))
	if code, _ = other.post("/desk/" + id + "/acknowledge"); code != http.StatusOK {
		t.Errorf("another agency was answered %d", code)
	}
}

func TestCodesStayWithinTheirAgency(t *testing.T) {
	r := newRig(t)
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	r.person("sheriff").post("/desk/" + id + "/acknowledge")
	p := r.person("dcfs")
	_, page := p.get("/desk/" + id)
	_, doc := p.get("/api/v1/activations/" + id)
	hasNot(t, page+doc, ">4821<", `"4821"`)
	p.post("/desk/" + id + "/acknowledge")
	_, page = p.get("/desk/" + id)
	_, doc = p.get("/api/v1/activations/" + id)
	hasNot(t, page+doc, ">4821<", `"4821"`)
	has(t, page, "4822")
	has(t, doc, `"your_code":"4822"`)
}

func TestNoTwoAgenciesCarryTheSameCode(t *testing.T) {
	codes := []string{"1111", "1111", "2222"}
	r := newRig(t, func(o *desk.Options) {
		o.NewCode = func() string {
			c := codes[0]
			codes = codes[1:]
			return c
		}
	})
	id := r.county.Book.Raise("compton", "cl-02", activation.Actual, 0)
	r.person("sheriff").post("/desk/" + id + "/acknowledge")
	r.person("dcfs").post("/desk/" + id + "/acknowledge")
	k, _, _ := r.county.Book.Get(id)
	if got := k.State.Answer("dcfs").Code; got != "2222" {
		t.Errorf("the second agency carries %s", got)
	}
}
