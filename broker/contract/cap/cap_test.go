package cap_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/contract/cap"
)

var start = time.Date(2026, 3, 8, 9, 59, 58, 123456789, time.UTC)

func event(sec int, typ activation.Type) activation.Event {
	return activation.Event{Type: typ, LedgerTime: start.Add(time.Duration(sec) * time.Second)}
}

func closed(sec int, o activation.Outcome) activation.Event {
	e := event(sec, activation.Closed)
	e.Outcome = o
	return e
}

var story = []activation.Event{
	event(0, activation.Raised), event(3, activation.NeedAsked), event(5, activation.PressedAgain), event(9, activation.Acknowledged),
	event(10, activation.Acknowledged), event(11, activation.MessageSent), event(20, activation.Coming), event(25, activation.PressedAgain),
	event(600, activation.Arrived), event(610, activation.ResponderVerified), event(700, activation.HandedOver), closed(800, activation.Helped),
}

func alert(steps []cap.Step) cap.Alert {
	return cap.Alert{
		Sender: "desk@county.example.org", Addresses: []string{"eoc@county.example.org", "watch-2"}, Case: "0190aaaa-canary", Mode: activation.Actual,
		Code: "7F-21", ZoneName: "Compton Library", Steps: steps,
	}
}

// parsed is what a receiver reads, by its own types.
type parsed struct {
	XMLName    xml.Name
	Identifier string `xml:"identifier"`
	Sender     string `xml:"sender"`
	Sent       string `xml:"sent"`
	Status     string `xml:"status"`
	MsgType    string `xml:"msgType"`
	Scope      string `xml:"scope"`
	References string `xml:"references"`
	Headline   string `xml:"info>headline"`
	Urgency    string `xml:"info>urgency"`
	Response   string `xml:"info>responseType"`
}

func receive(t *testing.T, b []byte) parsed {
	t.Helper()
	var p parsed
	if err := xml.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func encode(t *testing.T, a cap.Alert) []byte {
	t.Helper()
	b, err := cap.Encode(a)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheStoryOfACase(t *testing.T) {
	var got []cap.What
	for _, s := range cap.Steps(story) {
		got = append(got, s.What)
	}
	want := []cap.What{cap.Raised, cap.PressedAgain, cap.Answered, cap.Coming, cap.PressedAgain, cap.Arrived, cap.Over}
	if !slices.Equal(got, want) {
		t.Errorf("the story is %v, want %v", got, want)
	}
}

func TestACallThatWasNoneIsCancelled(t *testing.T) {
	for _, end := range []activation.Event{event(9, activation.StandDownConfirmed), closed(9, activation.Duplicate), closed(9, activation.NotNeeded)} {
		steps := cap.Steps([]activation.Event{event(0, activation.Raised), end, closed(20, activation.NotNeeded)})
		p := receive(t, encode(t, alert(steps)))
		if len(steps) != 2 || p.MsgType != "Cancel" || p.Response != "AllClear" {
			t.Errorf("%s %s: %d steps, %+v", end.Type, end.Outcome, len(steps), p)
		}
	}
}

func TestMessagesFormAChain(t *testing.T) {
	steps := cap.Steps(story)
	known := map[string]bool{}
	for n := range steps {
		p := receive(t, encode(t, alert(steps[:n+1])))
		if p.XMLName.Space != cap.Namespace || p.Scope != "Private" || p.Status != "Actual" {
			t.Errorf("step %d: %+v", n, p)
		}
		if want := map[bool]string{true: "Alert", false: "Update"}[n == 0]; p.MsgType != want {
			t.Errorf("step %d is a %s, want %s", n, p.MsgType, want)
		}
		refs := strings.Fields(p.References)
		if len(refs) != n {
			t.Errorf("step %d refers to %d earlier ones", n, len(refs))
		}
		for _, r := range refs {
			if !known[r] {
				t.Errorf("step %d refers to %s, which nobody has sent", n, r)
			}
		}
		self := p.Sender + "," + p.Identifier + "," + p.Sent
		if known[self] {
			t.Errorf("step %d has the name of an earlier one", n)
		}
		known[self] = true
	}
}

func TestTheModeIsTheStatus(t *testing.T) {
	for mode, want := range map[activation.Mode]string{activation.Actual: "Actual", activation.Drill: "Exercise", activation.Test: "Test"} {
		a := alert(cap.Steps(story[:1]))
		a.Mode = mode
		p := receive(t, encode(t, a))
		marked := strings.HasPrefix(p.Headline, strings.ToUpper(string(mode))+": ")
		if p.Status != want || marked != (mode != activation.Actual) {
			t.Errorf("%s: %+v", mode, p)
		}
	}
}

func TestNothingButCodeAndZone(t *testing.T) {
	steps := cap.Steps(story)
	for n := range steps {
		b := encode(t, alert(steps[:n+1]))
		if bytes.Contains(b, []byte("canary")) || bytes.Contains(b, []byte("0190aaaa")) {
			t.Errorf("step %d names the case:\n%s", n, b)
		}
	}
}

func TestSchemaAcceptsEveryMessage(t *testing.T) {
	if _, err := exec.LookPath("xmllint"); err != nil {
		t.Fatal("xmllint is wanted: install libxml2-utils")
	}
	steps := cap.Steps(story)
	off := cap.Steps([]activation.Event{event(0, activation.Raised), event(4, activation.StandDownConfirmed)})
	stories := [][]cap.Step{off}
	for n := range steps {
		stories = append(stories, steps[:n+1])
	}
	for _, s := range stories {
		for _, mode := range []activation.Mode{activation.Actual, activation.Drill, activation.Test} {
			for _, zone := range []string{"Compton Library", "", "\"A & B\" <Branch>\r\n\x00\u202e", strings.Repeat("ü", 300)} {
				a := alert(s)
				a.Mode, a.ZoneName = mode, zone
				if out, err := validate(t, encode(t, a)); err != nil {
					t.Errorf("%s %q: %s", mode, zone, out)
				}
			}
		}
	}
}

func TestSchemaRefusesWhatIsWrong(t *testing.T) {
	good := string(encode(t, alert(cap.Steps(story))))
	for what, b := range map[string]string{
		"another scope":     strings.Replace(good, "Private", "Everybody", 1),
		"a time with Z":     strings.ReplaceAll(good, "-00:00</sent>", "Z</sent>"),
		"another namespace": strings.ReplaceAll(good, "cap:1.2", "cap:1.1"),
		"no sender":         strings.Replace(good, "<sender>desk@county.example.org</sender>", "", 1),
		"broken references": strings.Replace(good, "<references>", "<references>x ", 1),
	} {
		if _, err := validate(t, []byte(b)); err == nil {
			t.Errorf("the schema of the test accepts %s", what)
		}
	}
}

func validate(t *testing.T, b []byte) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "xmllint", "--noout", "--nonet", "--schema", "testdata/cap-1.2.xsd", "-")
	cmd.Stdin = bytes.NewReader(b)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestWhatCannotBeEncodedIsRefused(t *testing.T) {
	good := alert(cap.Steps(story[:1]))
	for _, sender := range []string{"", "two words", "a,b", "a<b", "a&b"} {
		a := good
		a.Sender = sender
		b := good
		b.Addresses = []string{sender}
		for _, x := range []cap.Alert{a, b} {
			if _, err := cap.Encode(x); !errors.Is(err, cap.ErrSender) {
				t.Errorf("%q: %v", sender, err)
			}
		}
	}
	if _, err := cap.Encode(alert(nil)); !errors.Is(err, cap.ErrNoStory) {
		t.Errorf("an empty story: %v", err)
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("desk", "7F-21", "Compton Library", int64(0))
	f.Fuzz(func(t *testing.T, sender, code, zone string, sec int64) {
		a := alert(cap.Steps(story[:4]))
		a.Sender, a.Code, a.ZoneName = sender, code, zone
		b, err := cap.Encode(a)
		if err != nil {
			return
		}
		if p := receive(t, b); p.Sender != sender || len(strings.Fields(p.References)) != 2 {
			t.Errorf("%q came back as %q with %q", sender, p.Sender, p.References)
		}
	})
}
