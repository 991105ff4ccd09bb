package broker

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"safeyouthzone/broker/contract/activation"
	"safeyouthzone/broker/internal/desk"
	"safeyouthzone/broker/internal/dispatch/pages"
	"safeyouthzone/broker/internal/notify"
)

// unreached tells every seat that may list cases which open calls reached nobody, and which agencies could not be told what happened since
// they answered; and whoever keeps the devices up, which of them have not proved their way.
func (b *Broker) unreached(seat desk.Seat) []desk.Banner {
	var out []desk.Banner
	if seat.May(desk.CaseList) {
		for _, c := range b.book.Recent(0) {
			s := c.State
			if s.Mode == activation.Test || !b.concerns(seat, s) {
				continue
			}
			if last, ok := s.Ladder.Last(); ok && s.Stage().Open() && len(s.Answers) == 0 && s.Ladder.Nobody(last.Round, last.N) {
				out = append(out, b.unreachedBanner(s, "Nobody could be reached for ", "Answer it yourself or find somebody by phone."))
			}
			if b.unheard(s) {
				out = append(out, b.unreachedBanner(s, "Who answered could not be told what changed in ", "Find them by phone."))
			}
		}
	}
	if seat.May(desk.DeviceRead) {
		out = append(out, b.unproved()...)
		out = append(out, b.sick(seat)...)
	}
	return out
}

// sick tells whoever answers calls which of their ladders count on a channel that does not work, and whoever keeps the broker up of all.
func (b *Broker) sick(seat desk.Seat) []desk.Banner {
	if len(b.push.health.Sick()) == 0 {
		return nil
	}
	var names, words []string
	say := func(s string) {
		if !slices.Contains(words, s) {
			words = append(words, s)
		}
	}
	for _, c := range b.pages.Sick(seat.Zones) {
		if !c.Needs && seat.May(desk.CaseList) {
			continue
		}
		names = append(names, "“"+c.Name+"”")
		if c.Follow {
			say("Whoever watches there does not hear of calls: answer them here.")
		}
		if c.Only > 0 {
			say(strconv.Itoa(c.Only) + " of the people on the ladders can be reached in no other way: phone them when a call comes.")
		} else if c.People > 0 {
			say("Those on the ladders who have another way are reached by that.")
		}
	}
	switch len(names) {
	case 0:
		return nil
	case 1:
		names[0] = "The channel " + names[0] + " does not work."
	default:
		names[0] = "Channels do not work: " + strings.Join(names, ", ") + "."
	}
	return []desk.Banner{{Icon: "unlink", Title: names[0], Detail: strings.Join(words, " "), Href: "/channels", Do: "See why"}}
}

// channelHealth is the health of all channels as pages show it.
func (b *Broker) channelHealth() []pages.Health {
	now := time.Now()
	var out []pages.Health
	for _, s := range b.push.health.States() {
		out = append(out, pages.Health{
			Name: s.Name, Kind: s.Kind, Worked: s.Worked, Failed: s.Failed, Since: s.Since, Fails: s.Fails, Reason: s.Reason, Trouble: s.Trouble(now),
			Refused: s.Refused,
		})
	}
	return out
}

// followed are the channels that are told of every call.
func (b *Broker) followed() []string {
	var out []string
	for _, c := range b.o.Config.Channels {
		if c.Follow {
			out = append(out, c.Name)
		}
	}
	return out
}

// checkChannel sends a notice that says nothing but that it came.
func (b *Broker) checkChannel(ctx context.Context, name, to string) error {
	ch := b.push.channels[name]
	if ch == nil {
		return errors.New("there is no such channel")
	}
	_, err := ch.Send(ctx, notify.Notice{ID: newID(), Kind: notify.Check, Mode: activation.Actual, At: time.Now()}, notify.Address{To: to})
	return err
}

func (b *Broker) unreachedBanner(s activation.State, words, do string) desk.Banner {
	z, _ := b.fleet.Zone(s.Zone)
	title := words + activation.ShortCode(s.Case) + ", " + z.Name + "."
	if s.Mode == activation.Drill {
		title = "Drill: " + title
	}
	return desk.Banner{Alarm: s.Mode == activation.Actual, Icon: "alert", Title: title, Detail: do, Href: "/desk/" + s.Case, Do: "Open it"}
}

// concerns reports whether a call is within what a seat may know of: its zones, and for advocates what they are asked to answer. A broken
// glass lifts both.
func (b *Broker) concerns(seat desk.Seat, s activation.State) bool {
	switch {
	case seat.Glass:
		return true
	case len(seat.Zones) > 0 && !slices.Contains(seat.Zones, s.Zone):
		return false
	default:
		return b.roles()[seat.Agency] != "advocate" || s.Answered(seat.Agency) || b.asked(s.Case, seat.Agency)
	}
}

// unheard reports whether an agency has answered, could not be told of something since, and nobody has looked at the desk since.
func (b *Broker) unheard(s activation.State) bool {
	if s.Stage() != activation.Gone && !s.Stage().Open() {
		return false
	}
	for _, n := range s.News() {
		for _, a := range s.Answers {
			if s.Ladder.Unheard(n.Mark.ID, a.Agency) && !a.Spoke.After(n.Mark) {
				return true
			}
		}
	}
	return false
}

// unproved says that path tests are overdue.
func (b *Broker) unproved() []desk.Banner {
	now := time.Now()
	for id := range b.devicesByZone() {
		if b.dispatch.Paths().Device(id, now).Late {
			return []desk.Banner{{Icon: "unlink", Title: "Path tests are overdue.", Detail: "Staff should not rely on every device.", Href: "/drills", Do: "See which"}}
		}
	}
	return nil
}
