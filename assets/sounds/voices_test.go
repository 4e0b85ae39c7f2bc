package main

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What is bundled is a sentence and nothing else: in the format of the tones, no
// longer than three seconds, as loud as the others, without clipping and without
// a silence that would keep people waiting.
func TestBundledVoices(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		for _, p := range phrases() {
			file, err := os.ReadFile(filepath.Join(lang, p.name+".wav"))
			if err != nil {
				t.Error(err)
				continue
			}
			if header := wav(make([]float64, (len(file)-44)/2))[:44]; !bytes.Equal(file[:44], header) {
				t.Errorf("%s/%s has another format than the tones", lang, p.name)
			}
			for _, fault := range hearingFaults(file[44:]) {
				t.Errorf("%s/%s %s", lang, p.name, fault)
			}
		}
		files, err := filepath.Glob(lang + "/*.wav")
		if err != nil || len(files) != len(phrases()) {
			t.Errorf("%s has %d sentences, want %d", lang, len(files), len(phrases()))
		}
	}
}

// hearingFaults says what is wrong with 16-bit samples of speech.
func hearingFaults(pcm []byte) (faults []string) {
	long := time.Duration(len(pcm)/2) * time.Second / rate
	if long < 500*time.Millisecond || long > 3*time.Second {
		faults = append(faults, "is "+long.String()+" long")
	}
	peak, clipped := 0.0, 0
	for b := pcm; len(b) >= 2; b = b[2:] {
		s := math.Abs(float64(sample(b)))
		peak = max(peak, s/32767)
		if s >= 32767 {
			clipped++
		}
	}
	if peak < 0.7 || peak > 0.9 {
		faults = append(faults, "is too loud or not loud enough")
	}
	if clipped > 0 {
		faults = append(faults, "is clipped")
	}
	edge := 2 * rate / 10 // bytes of 100 ms
	for name, end := range map[string][]byte{"begins": pcm[:min(edge, len(pcm))], "ends": pcm[max(0, len(pcm)-edge):]} {
		loud := 0.0
		for b := end; len(b) >= 2; b = b[2:] {
			loud = max(loud, math.Abs(float64(sample(b)))/32767)
		}
		if loud < quiet {
			faults = append(faults, name+" with silence")
		}
	}
	return faults
}

func TestHearingFindsFaults(t *testing.T) {
	tone := func(n int, loud float64) []byte {
		s := make([]float64, n)
		for i := range s {
			s[i] = loud * math.Sin(float64(i)/8)
		}
		return wav(s)[44:]
	}
	if faults := hearingFaults(tone(rate, 0.8)); len(faults) > 0 {
		t.Errorf("a fine sound %q", faults)
	}
	silent := make([]byte, rate/2)
	clipped := tone(rate, 0.8)
	binary.LittleEndian.PutUint16(clipped[rate:], 0x7fff)
	for want, pcm := range map[string][]byte{
		"long": tone(4*rate, 0.8), "not loud enough": tone(rate, 0.3), "clipped": clipped,
		"begins with silence": append(silent, tone(rate, 0.8)...), "ends with silence": append(tone(rate, 0.8), silent...),
	} {
		if faults := strings.Join(hearingFaults(pcm), ", "); !strings.Contains(faults, want) {
			t.Errorf("%q was not found: %q", want, faults)
		}
	}
}

func TestHeard(t *testing.T) {
	s := make([]float64, rate)
	for i := rate / 4; i < rate/2; i++ {
		s[i] = 0.2 * math.Sin(float64(i)/8)
	}
	stream := wav(s)
	binary.LittleEndian.PutUint32(stream[40:], 0x7ffff000) // as espeak-ng writes to a pipe
	got, err := heard(stream)
	if err != nil || len(got) < rate/4 || len(got) > rate/4+rate/10 {
		t.Fatalf("%d samples of %d, %v", len(got), rate/4, err)
	}
	peak := 0.0
	for _, v := range got {
		peak = max(peak, math.Abs(v))
	}
	if math.Abs(peak-voicePeak) > 0.01 || got[0] != 0 || math.Abs(got[len(got)-1]) > 0.001 {
		t.Errorf("peak %.2f, ends at %.3f and %.3f", peak, got[0], got[len(got)-1])
	}
	for name, bad := range map[string][]byte{"nothing": nil, "no WAV": make([]byte, 100), "silence": wav(make([]float64, rate))} {
		if _, err := heard(bad); err == nil {
			t.Errorf("%s was heard", name)
		}
	}
}
