package edge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/nats-io/nats.go/jetstream"
)

// memorySessions makes the engine keep MQTT sessions in memory. Ours are clean: a session record on the disk would cost two
// fsyncs for each connect and nothing is lost with it. A stream that exists already is taken by the gateway as it is.
func (e *Edge) memorySessions(ctx context.Context) error {
	const name = "$MQTT_sess"
	js, err := jetstream.New(e.conn)
	if err != nil {
		return fmt.Errorf("cannot use engine: %w", err)
	}
	if _, err := js.Stream(ctx, name); err == nil || !errors.Is(err, jetstream.ErrStreamNotFound) {
		return err
	}
	conf, err := json.Marshal(map[string]any{
		"name": name, "subjects": []string{"$MQTT.sess.>"}, "storage": "memory", "retention": "limits", "discard": "old",
		"num_replicas": 1, "max_msgs_per_subject": 1, "max_consumers": -1, "max_msgs": -1, "max_bytes": -1,
	})
	if err != nil {
		return err
	}
	m, err := e.conn.RequestWithContext(ctx, "$JS.API.STREAM.CREATE."+name, conf)
	if err != nil {
		return fmt.Errorf("cannot make session stream: %w", err)
	}
	if strings.Contains(string(m.Data), `"error"`) {
		return errors.New("cannot make session stream: the engine refused it")
	}
	return nil
}

// engineLog gives the engine's own words to our log, where they count as one attribute, not as messages.
type engineLog struct {
	l    *slog.Logger
	stop func() // called when the engine has given up writing, which it never takes up again
}

func (g engineLog) say(level slog.Level, format string, v []any) {
	g.l.Log(context.Background(), level, "engine", slog.String("text", fmt.Sprintf(format, v...)))
}

func (g engineLog) Noticef(f string, v ...any) { g.say(slog.LevelDebug, f, v) }
func (g engineLog) Warnf(f string, v ...any)   { g.say(slog.LevelWarn, f, v) }
func (g engineLog) Fatalf(f string, v ...any)  { g.say(slog.LevelError, f, v) }

// Errorf is how the engine tells that a disk took nothing: there is no other sign of it.
func (g engineLog) Errorf(f string, v ...any) {
	g.say(slog.LevelWarn, f, v)
	if strings.Contains(f, "critical write error") {
		g.stop()
	}
}

func (g engineLog) Debugf(f string, v ...any) { g.say(slog.LevelDebug, f, v) }
func (g engineLog) Tracef(f string, v ...any) { g.say(slog.LevelDebug, f, v) }
