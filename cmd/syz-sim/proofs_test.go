package main_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"safeyouthzone/broker/contract/wire"
	"safeyouthzone/cmd/syz-sim/internal/county"
	"safeyouthzone/cmd/syz-sim/internal/deskapi"
	"safeyouthzone/device/agentapi"
)

// testTimes KEY=DURATION... says when the county tests ways and buttons, before it starts.
func (s *story) testTimes(_ context.Context, args []string) error {
	for _, a := range args {
		key, d, _ := strings.Cut(a, "=")
		into, ok := map[string]*string{
			"path_every": &s.tests.PathEvery, "path_within": &s.tests.PathWithin, "path_late": &s.tests.PathLate, "walk_shown": &s.tests.WalkShown,
		}[key]
		if !ok {
			return fmt.Errorf("there is no time %s", key)
		}
		*into = d
	}
	return nil
}

// walktest NAME start|press|STAGE: staff start a walk test behind their PIN, press the button, or wait for a stage of the test.
func (s *story) walkTest(ctx context.Context, args []string) error {
	d, err := s.get(args[0])
	if err != nil {
		return err
	}
	switch args[1] {
	case "start":
		p, err := d.API.PIN(ctx, county.StaffPIN)
		if err == nil {
			_, err = d.API.StartWalkTest(ctx, p.Token)
		}
		return err
	case "press":
		const hold = 100 * time.Millisecond
		return d.API.SimButton(ctx, hold)
	default:
		return until(ctx, func() error {
			st, err := d.API.State(ctx)
			if err == nil && st.WalkTest.Stage != agentapi.WalkStage(args[1]) {
				err = fmt.Errorf("the walk test is %+v", st.WalkTest)
			}
			return err
		})
	}
}

// mode MODE waits until the newest activation at the desk has a mode.
func (s *story) mode(ctx context.Context, args []string) error {
	return until(ctx, func() error {
		all, err := s.c.Desk.List(ctx)
		if err == nil && (len(all) == 0 || string(all[0].Mode) != args[0]) {
			err = fmt.Errorf("the desk shows %+v", all)
		}
		return err
	})
}

// atDesk is a device as the desk sees it.
func (s *story) atDesk(ctx context.Context, name string) (deskapi.Device, error) {
	d, err := s.get(name)
	if err != nil {
		return deskapi.Device{}, err
	}
	st, err := d.API.State(ctx)
	if err != nil {
		return deskapi.Device{}, err
	}
	all, err := s.c.Desk.Devices(ctx)
	if i := slices.IndexFunc(all, func(x deskapi.Device) bool { return x.ID == st.Device }); i >= 0 {
		return all[i], err
	}
	return deskapi.Device{}, errors.Join(err, errors.New("the desk does not know the device"))
}

// proved NAME N waits until the desk has been shown N different proofs of a device's way, each with its time and how long it took.
func (s *story) proved(ctx context.Context, args []string) error {
	seen := map[time.Time]bool{}
	return until(ctx, func() error {
		d, err := s.atDesk(ctx, args[0])
		if err != nil {
			return err
		}
		if p := d.Path; !p.At.IsZero() && p.TookMS != nil && *p.TookMS >= 0 && *p.TookMS < time.Minute.Milliseconds() && !p.Late {
			seen[p.At] = true
		}
		if want, err := strconv.Atoi(args[1]); err != nil || len(seen) < want {
			return fmt.Errorf("%d proofs of the way, the last is %+v", len(seen), d.Path)
		}
		return nil
	})
}

// path NAME failed|overdue|well waits until the device says that its path test failed, until the desk shows it as overdue and in trouble, or
// until nothing is wrong on either side.
func (s *story) path(ctx context.Context, args []string) error {
	return until(ctx, func() error {
		d, err := s.atDesk(ctx, args[0])
		if err != nil {
			return err
		}
		st, err := s.devices[args[0]].API.State(ctx)
		if err != nil {
			return err
		}
		failed := slices.ContainsFunc(st.Health.Troubles, func(t wire.Trouble) bool { return t.Code == "path_test" })
		if !map[string]bool{"failed": failed, "overdue": d.Path.Late && d.Status == "trouble", "well": !failed && d.Status == "online"}[args[1]] {
			return fmt.Errorf("the device says %+v, the desk %+v", st.Health.Troubles, d)
		}
		return nil
	})
}

// unseen NAME looks that nobody has been shown or told anything: not at the desk, not at the help point, not by any channel.
func (s *story) unseen(ctx context.Context, args []string) error {
	d, err := s.get(args[0])
	if err != nil {
		return err
	}
	st, err := d.API.State(ctx)
	if err != nil {
		return err
	}
	all, err := s.c.Desk.List(ctx)
	if err != nil {
		return err
	}
	if len(st.Activations)+len(all) != 0 || st.Indicators.Call != "off" {
		return fmt.Errorf("the help point shows %+v, %+v, the desk %+v", st.Activations, st.Indicators, all)
	}
	return s.unheard(ctx, nil)
}

// unheard looks that nothing came by any channel.
func (s *story) unheard(context.Context, []string) error {
	s.phones.mu.Lock()
	defer s.phones.mu.Unlock()
	if len(s.phones.got) != 0 {
		return fmt.Errorf("by channels came %v", s.phones.got)
	}
	return nil
}
