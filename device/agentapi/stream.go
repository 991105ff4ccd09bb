package agentapi

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"
)

const writeWithin = 5 * time.Second // a reader that takes longer is cut off; it comes back to a whole state

// events sends the state as server-sent events. Each is whole, so what changed twice before it was sent is sent once.
func (s *server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	beat := time.NewTicker(s.opt.Heartbeat)
	defer beat.Stop()
	for {
		changed := s.agent.Changed()
		if s.send(w, s.agent.State()) != nil {
			return
		}
		select {
		case <-changed:
		case <-beat.C:
		case <-r.Context().Done():
			return
		}
	}
}

func (s *server) send(w http.ResponseWriter, state State) error {
	b, err := json.Marshal(state)
	if err != nil {
		return err
	}
	if err := s.opt.Deadline(w, writeWithin); err != nil {
		return err
	}
	var out bytes.Buffer
	out.WriteString("data: ")
	out.Write(b)
	out.WriteString("\n\n")
	if _, err := w.Write(out.Bytes()); err != nil {
		return err
	}
	return http.NewResponseController(w).Flush()
}

func writeDeadline(w http.ResponseWriter, d time.Duration) error {
	return http.NewResponseController(w).SetWriteDeadline(time.Now().Add(d))
}
