package desk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"safeyouthzone/broker/contract/activation"
)

// deskChannel is the channel of the desks themselves, in notices.
const deskChannel = "desk"

// toldAtMost is how many notices one line of the timeline tells.
const toldAtMost = 4

// dispatchWords tell how people were looked for: agencies and ways, never who a person is or where they are reached.
func (d *Desk) dispatchWords(e activation.Event) string {
	switch {
	case e.Dispatch == nil:
		return ""
	case e.Dispatch.Rung != nil:
		return d.rungWords(*e.Dispatch.Rung, e.Dispatch.Notices)
	default:
		return d.noticesWords(e.Dispatch.Notices)
	}
}

func (d *Desk) rungWords(r activation.Rung, notices []activation.Notice) string {
	rung := "Rung " + strconv.Itoa(r.N)
	if r.Round > 0 {
		rung = "Once more, rung " + strconv.Itoa(r.N)
	}
	if r.Nobody {
		return rung + ": there is nobody to ask"
	}
	var asked []string
	for _, n := range notices {
		if a := d.askedWords(n); !slices.Contains(asked, a) {
			asked = append(asked, a)
		}
	}
	whom := strings.Join(asked, "; ")
	switch {
	case r.Supervisor && whom == "":
		return rung + ": asked the supervisor"
	case r.Supervisor:
		return rung + ": asked the supervisor of " + whom
	case whom == "":
		return rung + ": nobody more was asked"
	default:
		return rung + ": asked " + whom
	}
}

func (d *Desk) noticesWords(notices []activation.Notice) string {
	var told []string
	for _, n := range notices {
		if w := d.noticeWords(n); !slices.Contains(told, w) {
			told = append(told, w)
		}
	}
	if more := len(told) - toldAtMost; more > 0 {
		told = append(told[:toldAtMost], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(told, "; ")
}

// askedWords are whose answer a notice asks for.
func (d *Desk) askedWords(n activation.Notice) string {
	switch {
	case n.Agency != "":
		return d.agency(n.Agency).Name
	case n.Channel == deskChannel && n.Target != "any":
		return d.agency(n.Target).Name
	default:
		return "whoever is at a desk"
	}
}

func (d *Desk) noticeWords(n activation.Notice) string {
	whom, way := d.askedWords(n), "by "+n.Channel
	if n.Channel == deskChannel {
		way = "at the desk"
	}
	if n.News != "" {
		whom = "What changed, to " + whom
	}
	switch n.State {
	case activation.NoticeQueued:
		return whom + ": will be told " + way
	case activation.NoticeSent:
		return whom + ": sent " + way
	case activation.NoticeDelivered:
		return whom + ": delivered " + way
	case activation.NoticeSeen:
		return whom + ": seen " + way
	case activation.NoticeAnswered:
		return whom + ": answered " + way
	case activation.NoticeDropped:
		return whom + ": no longer needed " + way
	case activation.NoticeFailed:
		words := whom + ": not reached " + way + ", " + noticeReasonWords(n.Reason)
		if n.RetryS > 0 {
			words += ", tried again in " + strconv.Itoa(n.RetryS) + " s"
		}
		return words
	}
	return whom + ": " + string(n.State) + " " + way
}

func noticeReasonWords(r activation.NoticeReason) string {
	switch r {
	case activation.Unreachable:
		return "it did not get through"
	case activation.TimedOut:
		return "no reply in time"
	case activation.Refused:
		return "it was refused"
	case activation.AddressGone:
		return "the address is no longer in use"
	case activation.NoChannel:
		return "this way is not set up"
	case activation.Unwatched:
		return "no desk is in use"
	case activation.Cannot:
		return "they can not come"
	case activation.WasAnswered, activation.WasEnded, activation.WasTold:
	}
	return string(r)
}
