package relay

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	answerWithin = 8 * time.Second // a caller waits on the line
	maxMinutes   = 240
)

// fromProvider takes requests that the provider signed.
func (r *Relay) fromProvider(do func(http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, q *http.Request) {
		if err := q.ParseForm(); err != nil {
			http.Error(w, "unreadable", http.StatusBadRequest)
			return
		}
		want := r.o.Provider.signature(r.o.PublicURL+q.URL.RequestURI(), q.PostForm)
		if !equal(want, q.Header.Get("X-Twilio-Signature")) {
			http.Error(w, "not signed by the provider", http.StatusForbidden)
			return
		}
		do(w, q)
	}
}

// said is an answer in words of the relay.
type said struct {
	answer  string // acknowledge, coming or cannot; empty if nobody can tell
	minutes int
	code    string // of the activation, if it was named
}

var (
	codeForm   = regexp.MustCompile(`(?i)\b([0-9A-F]{2})-([0-9A-F]{2})\b`)
	answerForm = regexp.MustCompile(`^([129])(?:[ ,.:]+([0-9]{1,3}))?\.?$`)
)

// parse reads a text message: 1, 2 and minutes, or 9, with or without the code of the activation.
func parse(text string) said {
	var s said
	if m := codeForm.FindStringSubmatch(text); m != nil {
		s.code = strings.ToUpper(m[1] + "-" + m[2])
		text = strings.Replace(text, m[0], " ", 1)
	}
	m := answerForm.FindStringSubmatch(strings.Join(strings.Fields(text), " "))
	if m == nil {
		return said{code: s.code}
	}
	n, _ := strconv.Atoi(m[2]) // digits, or nothing
	switch {
	case m[1] == "1" && m[2] == "":
		s.answer = "acknowledge"
	case m[1] == "2" && n >= 1 && n <= maxMinutes:
		s.answer, s.minutes = "coming", n
	case m[1] == "9" && m[2] == "":
		s.answer = "cannot"
	}
	return s
}

const help = "That was not understood. Reply 1 to take it, 2 and the minutes if you are coming, 9 if you cannot, or open the link of the message."

// reply answers a text message that somebody sent back.
func (r *Relay) reply(w http.ResponseWriter, q *http.Request) {
	s := parse(q.PostForm.Get("Body"))
	r.mu.Lock()
	all, _ := r.phone.get(q.PostForm.Get("From"))
	r.mu.Unlock()
	var about *open
	for _, o := range all {
		if s.code == "" || s.code == o.code {
			about = o
			break
		}
	}
	switch {
	case about == nil:
		respond(w, message{Text: "This can not be answered by text message any more. Open the link of the message."})
	case s.answer == "":
		respond(w, message{Text: help})
	case s.code == "" && len(all) > 1:
		respond(w, message{Text: "You were asked about more than one. Name it, as in: 1 " + about.code})
	default:
		respond(w, message{Text: r.answer(q.Context(), about, s)})
	}
}

// speak is what somebody hears who takes the call.
func (r *Relay) speak(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	o, ok := r.calls.get(q.PathValue("id"))
	r.mu.Unlock()
	if !ok {
		respond(w, say{Text: "A call of Safe Youth Zone could not be told. Open the desk."})
		return
	}
	words := strings.ReplaceAll(o.words, o.code, spell(o.code))
	if o.link == "" {
		respond(w, say{Text: words}, say{Text: words})
		return
	}
	words += " Press 1 to take it. Press 2 if you are coming within 10 minutes. Press 3 for 20 minutes. Press 4 for 30 minutes. Press 9 if you cannot."
	respond(w, gather{Digits: 1, Timeout: 8, Action: r.o.PublicURL + "/call/" + q.PathValue("id") + "/key", Method: http.MethodPost, Say: []say{{Text: words}, {Text: words}}},
		say{Text: "Nothing was answered. Goodbye."})
}

// key carries a pressed key back as an answer.
func (r *Relay) key(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	o, ok := r.calls.get(q.PathValue("id"))
	r.mu.Unlock()
	var s said
	switch q.PostForm.Get("Digits") {
	case "1":
		s.answer = "acknowledge"
	case "2":
		s.answer, s.minutes = "coming", 10
	case "3":
		s.answer, s.minutes = "coming", 20
	case "4":
		s.answer, s.minutes = "coming", 30
	case "9":
		s.answer = "cannot"
	}
	switch {
	case !ok:
		respond(w, say{Text: "This can not be answered any more. Open the desk."})
	case s.answer == "":
		respond(w, redirect{Method: http.MethodPost, URL: r.o.PublicURL + "/call/" + q.PathValue("id")})
	default:
		respond(w, say{Text: r.answer(q.Context(), o, s)})
	}
}

// answer uses the link, and gives back in words what the desk said.
func (r *Relay) answer(ctx context.Context, o *open, s said) string {
	const failed = "It is not certain that this was stored. Open the link, or phone the desk."
	r.mu.Lock()
	link := o.link
	r.mu.Unlock()
	if !strings.HasPrefix(link, r.o.DeskURL+"/a/") {
		r.o.Logger.Warn("link is not of the desk")
		return failed
	}
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	form := url.Values{"answer": {s.answer}}
	if s.minutes > 0 {
		form.Set("minutes", strconv.Itoa(s.minutes))
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, link, strings.NewReader(form.Encode()))
	if err != nil {
		return failed
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	q.Header.Set("Accept", "application/json")
	a, err := r.o.Client.Do(q)
	if err != nil {
		r.o.Logger.Error("desk can not be reached with an answer")
		return failed
	}
	defer a.Body.Close()
	var v struct {
		Done, Next string
		Problem    *struct{ Title, Detail string }
	}
	if err := json.NewDecoder(io.LimitReader(a.Body, maxBody)).Decode(&v); err != nil {
		r.o.Logger.Error("desk answers in a way that is not understood", slog.Int("status", a.StatusCode))
		return failed
	}
	if v.Problem != nil {
		return v.Problem.Title + " " + v.Problem.Detail
	}
	if strings.HasPrefix(v.Next, "/a/") {
		r.mu.Lock()
		o.link = r.o.DeskURL + v.Next
		r.mu.Unlock()
	}
	return v.Done
}

// spell makes a code audible: 7 F, 2 1.
func spell(code string) string {
	return strings.TrimSpace(strings.Join(strings.Split(strings.ReplaceAll(code, "-", ","), ""), " "))
}

// What the provider understands as an answer.
type (
	message struct {
		XMLName xml.Name `xml:"Message"`
		Text    string   `xml:",chardata"`
	}
	say struct {
		XMLName xml.Name `xml:"Say"`
		Text    string   `xml:",chardata"`
	}
	redirect struct {
		XMLName xml.Name `xml:"Redirect"`
		Method  string   `xml:"method,attr"`
		URL     string   `xml:",chardata"`
	}
	gather struct {
		XMLName xml.Name `xml:"Gather"`
		Digits  int      `xml:"numDigits,attr"`
		Timeout int      `xml:"timeout,attr"`
		Action  string   `xml:"action,attr"`
		Method  string   `xml:"method,attr"`
		Say     []say
	}
	response struct {
		XMLName xml.Name `xml:"Response"`
		Verbs   []any
	}
)

func respond(w http.ResponseWriter, verbs ...any) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	_, _ = io.WriteString(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(response{Verbs: verbs}) // the asker has gone
}
