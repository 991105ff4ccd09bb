package main

import (
	"context"
	"net/http"
)

// desk lets people in at the desk. Two people decide on a recovery: one asks here and an administrator approves at the desk, or the
// other way round.
func (c *ctl) desk(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	user := ""
	switch {
	case args[0] == "first-admin" && len(args) == 1:
	case (args[0] == "recover" || args[0] == "approve") && len(args) == 2:
		user = args[1]
	default:
		return errUsage
	}
	var a struct {
		Link string `json:"link,omitempty"`
	}
	if err := c.broker.call(ctx, http.MethodPost, "/v1/desk/"+args[0], map[string]string{"user": user}, &a); err != nil {
		return err
	}
	if a.Link == "" {
		return c.say(map[string]string{"user": user, "done": args[0]}, "asked for %s: an administrator now approves it at the desk, on the page People", user)
	}
	return c.say(a, "%s\n\nOpen it once, within an hour, at the machine on which the person signs in.", a.Link)
}
