package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"hexiao/assets"
	"hexiao/kiosk/config"
	"hexiao/kiosk/desk"
)

var accepting = desk.Cue{Number: 1, Sound: desk.SoundAccept, Voice: desk.PromptShelf}

// speaker runs sounds with a shell script in the place of aplay, which finds a
// folder in $1, and gives that folder.
func speaker(t *testing.T, script string, now func() time.Time) (s *sounds, dir string, log *logBuffer) {
	t.Helper()
	dir, log = t.TempDir(), &logBuffer{}
	s = newSounds(config.Default().Sound, now, slog.New(slog.NewTextHandler(log, nil)))
	s.limit = time.Hour // what ends a sound is to be another, not its time
	s.player = []string{"sh", "-c", script, "player", dir}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { s.run(ctx); close(ended) }()
	t.Cleanup(func() { cancel(); <-ended })
	return s, dir, log
}

func content(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(b)
}

func TestSentenceAfterTone(t *testing.T) {
	s, dir, _ := speaker(t, `cat >$1/part && mv $1/part $1/heard`, time.Now)
	s.play(accepting, desk.English)
	eventually(t, "it is played", func() bool { return content(t, dir+"/heard") != "" })
	tone, err := assets.SoundAccept.WAV()
	if err != nil {
		t.Fatal(err)
	}
	sentence, err := assets.Prompt("shelf", "en")
	if err != nil {
		t.Fatal(err)
	}
	heard := []byte(content(t, dir+"/heard"))
	const pause = 2 * 2646 // bytes of 120 ms
	if want := len(tone) + pause + len(sentence) - wavHeader; len(heard) != want {
		t.Fatalf("%d bytes, want %d", len(heard), want)
	}
	if !bytes.Equal(heard[wavHeader:len(tone)], tone[wavHeader:]) || !bytes.HasSuffix(heard, sentence[wavHeader:]) || strings.Trim(string(heard[len(tone):len(tone)+pause]), "\x00") != "" {
		t.Error("it is not the tone, a pause and the sentence")
	}
	if int(binary.LittleEndian.Uint32(heard[4:])) != len(heard)-8 || int(binary.LittleEndian.Uint32(heard[40:])) != len(heard)-wavHeader {
		t.Error("the header does not tell the length")
	}
}

// An old sentence beside a new screen would mislead.
func TestANewSoundEndsTheOld(t *testing.T) {
	s, dir, log := speaker(t, `echo $$ >>$1/players; exec sleep 1000`, time.Now)
	players := func() []string { return strings.Fields(content(t, dir+"/players")) }
	gone := func(i int) func() bool {
		return func() bool {
			pid, err := strconv.Atoi(players()[i])
			if err != nil {
				t.Fatal(err)
			}
			return syscall.Kill(pid, 0) != nil
		}
	}
	s.play(accepting, desk.Chinese)
	eventually(t, "the first plays", func() bool { return len(players()) == 1 })
	s.play(desk.Cue{Number: 2, Sound: desk.SoundKey}, desk.Chinese)
	eventually(t, "the second plays", func() bool { return len(players()) == 2 })
	eventually(t, "the first has ended", gone(0))
	s.play(desk.Cue{}, desk.Chinese)
	eventually(t, "the second has ended", gone(1))
	if log.String() != "" {
		t.Errorf("the log:\n%s", log)
	}
}

func TestAMissingCardIsTriedAgain(t *testing.T) {
	var later atomic.Int64
	now := func() time.Time { return time.Unix(1_800_000_000, later.Load()) }
	s, dir, log := speaker(t, `cat >/dev/null; echo >>$1/tries; [ -e $1/card ]`, now)
	tries := func() int { return strings.Count(content(t, dir+"/tries"), "\n") }
	sound := desk.Cue{Number: 1, Sound: desk.SoundKey}
	said := func(what string) func() bool { return func() bool { return strings.Contains(log.String(), what) } }
	s.play(sound, desk.Chinese)
	eventually(t, "it is said that there is no sound", said("sounds are off"))
	s.play(sound, desk.Chinese) // in vain
	eventually(t, "nobody waits", func() bool { return len(s.next) == 0 })
	later.Store(int64(time.Minute))
	s.play(sound, desk.Chinese)
	eventually(t, "it is tried again", func() bool { return tries() == 2 })
	if err := os.WriteFile(dir+"/card", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it plays again", func() bool {
		later.Add(int64(time.Minute))
		s.play(sound, desk.Chinese)
		return said("sounds are on again")()
	})
	if n := strings.Count(log.String(), "sounds are off"); n != 1 {
		t.Errorf("it was said %d times:\n%s", n, log)
	}
}

func TestSoundSettings(t *testing.T) {
	for name, c := range map[string]struct {
		set  config.Sound
		cue  desk.Cue
		want int // samples; 0: nothing is played
	}{
		"tone alone":       {config.Sound{Volume: 100}, accepting, 13230},
		"half as loud":     {config.Sound{Volume: 50}, accepting, 13230},
		"no volume":        {config.Sound{Voice: true}, accepting, 0},
		"a sentence alone": {config.Sound{Volume: 100}, desk.Cue{Voice: desk.PromptShow}, 0},
		"silence":          {config.Sound{Volume: 100, Voice: true}, desk.Cue{}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSounds(c.set, time.Now, slog.New(slog.DiscardHandler))
			wav, err := s.wav(request{c.cue, desk.Chinese})
			if err != nil || (wav == nil) != (c.want == 0) || wav != nil && len(wav) != wavHeader+2*c.want {
				t.Fatalf("%d bytes, %v", len(wav), err)
			}
			if wav == nil {
				return
			}
			loudest := 0
			for b := wav[wavHeader:]; len(b) > 0; b = b[2:] {
				loudest = max(loudest, int(int16(binary.LittleEndian.Uint16(b))))
			}
			tone, err := assets.SoundAccept.WAV()
			if err != nil {
				t.Fatal(err)
			}
			full := 0
			for b := tone[wavHeader:]; len(b) > 0; b = b[2:] {
				full = max(full, int(int16(binary.LittleEndian.Uint16(b))))
			}
			if loudest != full*c.set.Volume/100 {
				t.Errorf("peak %d of %d at %d %%", loudest, full, c.set.Volume)
			}
		})
	}
	s := newSounds(config.Default().Sound, time.Now, slog.New(slog.DiscardHandler))
	for _, cue := range []desk.Cue{{Sound: "gong"}, {Sound: desk.SoundKey, Voice: "poem"}} {
		if wav, err := s.wav(request{cue, desk.English}); err == nil || wav != nil {
			t.Errorf("%+v is played", cue)
		}
	}
}

// Whatever the counter asks for is bundled.
func TestEveryCueCanBeHeard(t *testing.T) {
	s := newSounds(config.Default().Sound, time.Now, slog.New(slog.DiscardHandler))
	for _, lang := range []desk.Lang{desk.Chinese, desk.English} {
		for _, p := range desk.Prompts() {
			if wav, err := s.wav(request{desk.Cue{Voice: p}, lang}); err != nil || wav == nil {
				t.Errorf("%s in %s: %v", p, lang, err)
			}
		}
		for _, sound := range []desk.Sound{desk.SoundAccept, desk.SoundWait, desk.SoundRefuse, desk.SoundKey} {
			if wav, err := s.wav(request{desk.Cue{Sound: sound}, lang}); err != nil || wav == nil {
				t.Errorf("%s: %v", sound, err)
			}
		}
	}
}

// A leader who changes the volume hears it at once, and hears of a card that is
// not there.
func TestSoundIsTried(t *testing.T) {
	dir := t.TempDir()
	s := newSounds(config.Default().Sound, time.Now, slog.New(slog.DiscardHandler))
	s.limit = time.Hour // what ends a sound is to be another, not its time
	s.player = []string{"sh", "-c", `cat > "$1/wav"`, "player", dir}
	if err := s.try(t.Context(), desk.English); err != nil {
		t.Fatal(err)
	}
	loud := len(content(t, dir+"/wav"))
	s.use(config.Sound{Volume: 40})
	if err := s.try(t.Context(), desk.English); err != nil {
		t.Fatal(err)
	}
	if quiet := len(content(t, dir+"/wav")); loud <= wavHeader || quiet >= loud {
		t.Errorf("%d bytes with the voice, %d without", loud, quiet)
	}
	s.player = []string{"false"}
	if s.try(t.Context(), desk.Chinese) == nil {
		t.Error("a player that fails has played")
	}
	s.use(config.Sound{})
	if err := s.try(t.Context(), desk.Chinese); err != nil {
		t.Errorf("silence failed: %v", err)
	}
}
