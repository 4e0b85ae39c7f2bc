package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"os/exec"
	"sync/atomic"
	"time"

	"hexiao/assets"
	"hexiao/kiosk/config"
	"hexiao/kiosk/desk"
)

const (
	soundRetry = time.Minute      // how long a card that did not play is left alone
	soundLimit = 10 * time.Second // no sound is half as long; a player that hangs is ended
	soundGap   = 120 * time.Millisecond
)

// sounds plays by ALSA's aplay in a child process: no C in this program, and a
// missing sound card cannot hurt the window. A new sound ends the one under way,
// for an old sound beside a new screen would mislead.
type sounds struct {
	log    *slog.Logger
	set    atomic.Pointer[config.Sound]
	now    func() time.Time
	player []string     // the program and its arguments; a WAV file comes on its standard input
	next   chan request // the newest that was asked for
	limit  time.Duration
}

// request is what to play; the zero cue is silence.
type request struct {
	cue  desk.Cue
	lang desk.Lang
}

func newSounds(set config.Sound, now func() time.Time, log *slog.Logger) *sounds {
	s := &sounds{log: log, now: now, player: []string{"aplay", "-q", "-"}, next: make(chan request, 1), limit: soundLimit}
	s.set.Store(&set)
	return s
}

// use takes other settings, from the next sound on.
func (s *sounds) use(set config.Sound) { s.set.Store(&set) }

// try plays the sound of an accepted code, beside whatever else is heard, and
// returns when it has ended. Nothing is heard where the volume is 0.
func (s *sounds) try(ctx context.Context, lang desk.Lang) error {
	wav, err := s.wav(request{desk.Cue{Sound: desk.SoundAccept, Voice: desk.PromptShelf}, lang})
	if err != nil || wav == nil {
		return err
	}
	stop, ended := s.start(ctx, wav)
	defer stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-ended:
		return err
	}
}

// play asks for a sound in the place of whatever is playing or waiting. It does
// not block, and is for one goroutine.
func (s *sounds) play(cue desk.Cue, lang desk.Lang) {
	select {
	case <-s.next: // nobody has heard it, and now it is too late
	default:
	}
	s.next <- request{cue, lang}
}

// run plays until ctx ends. What fails is said once; a minute later the next
// sound tries again, and that it plays is said, too.
func (s *sounds) run(ctx context.Context) {
	silence := func() {}
	defer func() { silence() }()
	var ended chan error // of the sound under way; nil: there is none
	failed, quietUntil := false, time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-ended:
			ended = nil
			if err != nil {
				quietUntil = s.now().Add(soundRetry)
				if !failed {
					s.log.Warn("sounds are off, and tried again every minute", "error", err)
				}
			} else if failed {
				s.log.Info("sounds are on again")
			}
			failed = err != nil
		case r := <-s.next:
			silence()
			silence, ended = func() {}, nil
			if s.now().Before(quietUntil) {
				continue
			}
			wav, err := s.wav(r)
			if err != nil {
				s.log.Error("a sound cannot be played", "error", err) // a defect: not a bundled one
			}
			if wav != nil {
				silence, ended = s.start(ctx, wav)
			}
		}
	}
}

// start plays a WAV file. stop ends it and waits until it has; otherwise ended is
// told how it went.
func (s *sounds) start(ctx context.Context, wav []byte) (stop func(), ended chan error) {
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	ended = make(chan error, 1)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		defer cancel()
		player := exec.CommandContext(ctx, s.player[0], s.player[1:]...)
		player.Stdin = bytes.NewReader(wav)
		player.WaitDelay = time.Second
		ended <- player.Run()
	}()
	return func() { cancel(); <-gone }, ended
}

// wav is what to hear: the tone, and after it the sentence, as loud as the
// settings say. nil: nothing.
func (s *sounds) wav(r request) ([]byte, error) {
	set := s.set.Load()
	if set.Volume == 0 {
		return nil, nil
	}
	var parts [][]byte
	if r.cue.Sound != "" {
		tone, err := assets.Sound(r.cue.Sound).WAV()
		if err != nil {
			return nil, fmt.Errorf("play: %w", err)
		}
		parts = append(parts, tone)
	}
	if r.cue.Voice != "" && set.Voice {
		sentence, err := assets.Prompt(string(r.cue.Voice), string(r.lang))
		if err != nil {
			return nil, fmt.Errorf("play: %w", err)
		}
		parts = append(parts, sentence)
	}
	if len(parts) == 0 {
		return nil, nil
	}
	return join(parts, set.Volume), nil
}

// wavHeader is the length of the header of a bundled sound. All have one format,
// which stands in it; see assets.Sound.
const wavHeader = 44

// join puts WAV files of one format one after the other, with a short pause
// between, at a loudness in percent.
func join(parts [][]byte, percent int) []byte {
	out := bytes.Clone(parts[0][:wavHeader])
	perSecond := binary.LittleEndian.Uint32(out[28:])
	pause := make([]byte, 2*int(time.Duration(perSecond/2)*soundGap/time.Second))
	for i, p := range parts {
		if i > 0 {
			out = append(out, pause...)
		}
		for b := p[wavHeader:]; len(b) >= 2; b = b[2:] {
			sample := int(int16(binary.LittleEndian.Uint16(b))) * percent / 100
			out = binary.LittleEndian.AppendUint16(out, uint16(int16(sample)))
		}
	}
	size := uint32(len(out) - wavHeader)
	binary.LittleEndian.PutUint32(out[4:], wavHeader-8+size)
	binary.LittleEndian.PutUint32(out[40:], size)
	return out
}
