package main

import (
	"bytes"
	"context"
	"log/slog"
	"os/exec"

	"hexiao/assets"
	"hexiao/kiosk/desk"
)

// sounds plays by ALSA's aplay in a child process: no C in this program, and a
// missing sound card cannot hurt the window.
type sounds struct {
	log   *slog.Logger
	queue chan desk.Sound
}

func newSounds(log *slog.Logger) *sounds {
	return &sounds{log: log, queue: make(chan desk.Sound, 1)}
}

// play asks for a sound; while another plays it is left out, for an old sound
// beside a new screen would mislead.
func (s *sounds) play(sound desk.Sound) {
	select {
	case s.queue <- sound:
	default:
	}
}

// run plays until ctx ends. It gives up at the first failure: a machine without
// sound has none in a minute either, and the screen says everything.
func (s *sounds) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case sound := <-s.queue:
			wav, err := assets.Sound(sound).WAV()
			if err == nil {
				player := exec.CommandContext(ctx, "aplay", "-q", "-")
				player.Stdin = bytes.NewReader(wav)
				err = player.Run()
			}
			if err != nil && ctx.Err() == nil {
				s.log.Warn("sounds are off", "error", err)
				return
			}
		}
	}
}
