package broker_test

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"safeyouthzone/broker"
	"safeyouthzone/broker/brokertest"
	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/desk/desklook"
)

// outsiders are an ntfy server and a system of the county that takes CAP.
type outsiders struct {
	mu     sync.Mutex
	bells  []bell
	alerts []notified
}

type bell struct{ Title, Message, Click string }

type notified struct {
	Status   string `xml:"status"`
	Headline string `xml:"info>headline"`
}

func (o *outsiders) server(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		defer o.mu.Unlock()
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost {
			return
		}
		var err error
		if strings.HasPrefix(r.URL.Path, "/cap") {
			var a notified
			err = xml.Unmarshal(body, &a)
			o.alerts = append(o.alerts, a)
		} else {
			var b bell
			err = json.Unmarshal(body, &b)
			o.bells = append(o.bells, b)
			_, _ = w.Write([]byte(`{"id":"abc"}`))
		}
		if err != nil {
			t.Errorf("unreadable: %s", body)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestADrillOfTheScheduleFromTheFormToTheReport: a supervisor asks for drills by the form of a zone; one comes by itself and goes the whole way,
// marked as a drill wherever it is seen or heard; somebody answers it from a telephone; it is ended at the desk, is in the zone's response times
// among drills alone, and is counted nowhere.
func TestADrillOfTheScheduleFromTheFormToTheReport(t *testing.T) {
	out := &outsiders{}
	url, inside := out.server(t), []string{"127.0.0.0/8"}
	b := brokertest.Start(t, func(o *broker.Options) {
		o.Config.Channels = []broker.Channel{
			{Name: "bell", Kind: "ntfy", URL: url, Allow: inside},
			{Name: "eoc", Kind: "cap", URL: url + "/cap", From: "desk@county.test", Addresses: []string{"eoc"}, Allow: inside, Follow: true},
		}
	})
	d := newDevice(t, b, "compton")
	d.connect()
	h := hand{t, desklook.Open(t, 6*time.Minute), b}

	signIn(t, h.w, b, desk.Supervisor)
	h.open("/people/edit")
	h.typ("name", "Ana Ruiz")
	h.set("agency", "sheriff")
	h.set("channel-1", "bell")
	h.typ("to-1", "ana-4711")
	h.keep("Ana Ruiz")
	ana := h.id("Ana Ruiz")
	h.open("/policies/edit?zone=compton")
	h.click(`input[name="to-1"][value="person:` + ana + `"] + span`)
	h.set("drill", "7")
	h.keep("a drill every 7 days")
	lookAt(t, h.w, "drill-1-policies")
	h.open("/drills")
	h.until("main", "next by schedule: ")
	if got := h.text(`main tr`); strings.Count(got, "next by schedule: ") != 1 {
		t.Errorf("only Compton has a schedule: %s", got)
	}
	lookAt(t, h.w, "drill-2-scheduled")

	// Nothing comes today; within a week and a day one comes.
	day := time.Now()
	b.DrillsDue(t.Context(), day)
	if n := len(b.Drills()); n != 0 {
		t.Fatalf("%d drills on the day of the form", n)
	}
	h.open("/desk")
	for range 8 * 24 * 4 {
		if day = day.Add(15 * time.Minute); len(b.Drills()) == 0 {
			b.DrillsDue(t.Context(), day)
		}
	}
	all := b.Drills()
	if len(all) != 1 || all[0].Zone != "compton" {
		t.Fatalf("in a week came %+v", all)
	}
	id := all[0].Case
	code := activation.ShortCode(id)

	// It is marked at the desk, on the kiosk, on the telephone and at the county's other systems.
	h.until(".card .band", "Drill")
	h.click("#c-" + id + " a")
	h.until("#case .bigband", "This is an exercise")
	h.until("#case .lines", "A drill began, by the schedule")
	h.until("#case .glass", "DRILL TODAY · REAL HELP STILL WORKS") // the kiosk stays on its first page, so that a youth can call
	d.until("the drill on the kiosk", func(s wire.State) bool {
		for _, a := range s.Activations {
			if a.ID == id && a.Mode != activation.Drill {
				t.Errorf("the kiosk has it as %s", a.Mode)
			}
		}
		return stage(id, activation.Received)(s)
	})
	lookAt(t, h.w, "drill-3-desk")
	link := ""
	eventually(t, "Ana hears of it", func() bool {
		out.mu.Lock()
		defer out.mu.Unlock()
		for _, x := range out.bells {
			if strings.Contains(x.Title, code) {
				link = x.Click
			}
		}
		return link != "" && len(out.alerts) > 0
	})

	// Ana answers from her telephone.
	h.do("the link", chromedp.EmulateViewport(390, 844), chromedp.Navigate(link), chromedp.WaitVisible(chromedp.CSS(".take")))
	h.until("body", "DRILL")
	phone(h, "drill-4-link")
	h.click(".take")
	h.until("body", "You have taken it.")
	h.click(`button[value="15"]`)
	h.until("body", "You are coming, in about 15 minutes.")
	phone(h, "drill-5-coming")
	d.until("somebody is coming", stage(id, activation.StageComing))

	// At the desk it is ended as what it was.
	signIn(t, h.w, b, desk.Dispatcher)
	h.open("/desk/" + id)
	h.do("a wide window", chromedp.EmulateViewport(1440, 900))
	lookAt(t, h.w, "drill-6-answered")
	h.do("a wide window", chromedp.EmulateViewport(1440, 900))
	h.click("#d-close summary")
	h.until("#d-close", "It is never counted.")
	h.click("#d-close button")
	eventually(t, "it is over", func() bool { return b.Drills()[0].Stage() == activation.StageClosed })
	if o := b.Drills()[0].Outcome; o != activation.WasDrill {
		t.Errorf("it ended as %s", o)
	}

	// The report has it among drills, and nothing among calls.
	signIn(t, h.w, b, desk.Supervisor)
	h.open("/drills")
	h.until("main", "1 time")
	lookAt(t, h.w, "drill-7-report")
	var times struct {
		Zones []struct {
			Zone          string
			Calls, Drills struct {
				N, Never int
				Worst    int `json:"worst_s"`
			}
			Here      struct{ N int } `json:"calls_here"`
			LastDrill time.Time       `json:"last_drill"`
			NextDrill time.Time       `json:"next_drill"`
			Nobody    int             `json:"rungs_that_reached_nobody"`
		}
	}
	if s := say(t, b, "sheriff/supervisor", http.MethodGet, "response-times", nil, &times); s != http.StatusOK {
		t.Fatalf("response times: status %d", s)
	}
	for _, z := range times.Zones {
		want := map[string]int{"compton": 1}[z.Zone]
		if z.Drills.N != want || z.Drills.Never != 0 || z.Calls.N+z.Calls.Never+z.Here.N+z.Nobody != 0 || z.Zone == "compton" && (z.Drills.Worst < 1 || z.NextDrill.Before(z.LastDrill)) {
			t.Errorf("reported: %+v", z)
		}
	}
	if n := b.Counted(time.Now().Add(time.Hour)); n != 0 {
		t.Errorf("%d recoveries are counted", n)
	}
	eventually(t, "the county's system hears of the end", func() bool {
		out.mu.Lock()
		defer out.mu.Unlock()
		return len(out.alerts) == 4 // raised, answered, coming, ended
	})
	out.mu.Lock()
	defer out.mu.Unlock()
	for _, a := range out.alerts {
		if a.Status != "Exercise" {
			t.Errorf("CAP has it as %+v", a)
		}
	}
	for _, x := range out.bells {
		if !strings.HasPrefix(x.Title, "DRILL: ") || !strings.Contains(strings.ToLower(x.Message), "drill") {
			t.Errorf("the telephone shows %+v", x)
		}
	}
	for _, said := range h.w.Said() {
		t.Errorf("console: %s", said)
	}
}

// phone takes pictures of a page that has no scripts of the desk, if somebody wants them.
func phone(h hand, name string) {
	if dir := os.Getenv("DESK_SHOTS"); dir != "" {
		if png, err := chromedp.Run(h.w.Context, chromedp.CaptureScreenshot()); err == nil {
			_ = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600)
		}
	}
}
