package desk

import (
	"log/slog"
	"net/http"
	"strings"
)

// opening answers everybody while the broker starts: a long ledger takes a while to read, and a port that is closed tells nobody why.
type opening struct {
	d   *Desk
	now func() string
}

// Opening is what stands in the place of the desk until there is one; insecure is for plain HTTP. now says what the start is doing, and
// carries no data of anybody.
func Opening(insecure bool, log *slog.Logger, now func() string) (http.Handler, error) {
	a, err := loadAssets()
	if err != nil {
		return nil, err
	}
	d := &Desk{assets: a, log: log, opt: Options{Insecure: insecure}}
	if d.page, err = d.loadTemplates(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", a)
	mux.Handle("/", opening{d, now})
	return d.headers(mux), nil
}

var starting = refusal{
	Status: http.StatusServiceUnavailable, Code: "starting", Title: "The desk is starting.",
	Detail: "No call shows here yet. Zones must reach you by phone. Kiosks and buttons keep every call and repeat it until the desk has it.",
}

// retry is for how many seconds a page and a program wait.
const retry = "5"

func (o opening) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", retry)
	if !wantsPage(r) {
		p := starting
		p.Detail = strings.TrimSpace(p.Detail + " " + o.now())
		o.d.refuse(w, r, p)
		return
	}
	again := retry
	if r.Method != http.MethodGet { // what was sent is not sent again
		again += ";url=/"
	}
	o.d.render(w, starting.Status, "opening", struct {
		refusal
		Now, Again string
	}{starting, o.now(), again})
}
