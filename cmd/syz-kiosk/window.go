package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"github.com/coreos/go-systemd/v22/daemon"

	"safeyouthzone/cmd/syz-kiosk/internal/idle"
	"safeyouthzone/device/agentapi"
	"safeyouthzone/kiosk"
)

// open shows the kiosk's window and runs it until ctx ends or the window is closed.
func open(ctx context.Context, cfg config, log *slog.Logger) error {
	if err := prepare(); err != nil {
		return err
	}
	client := agentapi.NewClient(cfg.Socket)
	defer client.Close()
	a := app.New()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var sleeper idle.Sleeper
	k, err := kiosk.New(a, client, kiosk.Options{
		Lang: cfg.Language, Dark: cfg.Dark, Contrast: cfg.Contrast, Refuse: cfg.Refuse, Faces: cfg.Faces,
		Speech:    kiosk.Speech{On: cfg.Speech != speechOff, Device: cfg.Device, Volume: cfg.Volume},
		StaffOnly: cfg.Role == roleStaff, Size: fyne.NewSize(float32(cfg.width), float32(cfg.height)),
		Do: sleeper.Do, Feed: feed, Log: log, Restart: cancel,
	})
	if err != nil {
		return fmt.Errorf("cannot open kiosk: %w", err)
	}
	var wg sync.WaitGroup
	a.Lifecycle().SetOnStarted(func() {
		wg.Go(func() { k.Run(ctx) })
		context.AfterFunc(ctx, func() {
			sleeper.Stop()
			fyne.Do(a.Quit)
		})
		sleeper.Start()
		hangOnSignal(ctx, sleeper.Do, log)
		_, _ = daemon.SdNotify(false, daemon.SdNotifyReady)
		log.Info("kiosk is open", slog.String("version", version), slog.Bool("windowed", cfg.Windowed))
	})
	show(k.Window(), cfg, cancel)
	a.Run()
	cancel()
	sleeper.Stop()
	wg.Wait()
	return nil
}

// show makes the window the whole screen; nobody closes it from outside. A window for trying it out can be closed.
func show(w fyne.Window, cfg config, quit func()) {
	w.SetMaster()
	if cfg.Windowed {
		w.SetCloseIntercept(quit)
	} else {
		w.SetCloseIntercept(func() {})
		w.SetFullScreen(true)
	}
	w.Show()
}

// prepare sets what Fyne reads from the environment when it starts. X11, because a Wayland compositor that dies leaves a live program
// without a window. No scale by the monitor's own claims: the kiosk fits its pages to the window itself, and 800 pixels must be 800.
func prepare() error {
	for key, value := range map[string]string{"FYNE_SCALE": "1", "FYNE_DISABLE_DPI_DETECTION": "true"} {
		if err := os.Setenv(key, value); err != nil {
			return fmt.Errorf("cannot set %s: %w", key, err)
		}
	}
	if os.Getenv("FYNE_PLATFORM") == "" {
		if err := os.Setenv("FYNE_PLATFORM", "x11"); err != nil {
			return fmt.Errorf("cannot set FYNE_PLATFORM: %w", err)
		}
	}
	return nil
}

// feed tells systemd that the screen answers; without systemd it tells nobody.
func feed() { _, _ = daemon.SdNotify(false, daemon.SdNotifyWatchdog) }
