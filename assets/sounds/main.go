// Command sounds makes the terminal's sounds, so that their origin is plain and
// nobody else's rights are in them:
//
//	go run ./assets/sounds assets/sounds
//	go run ./assets/sounds --voices assets/sounds
//
// The first writes accept.wav, wait.wav, refuse.wav and key.wav into the named
// folder: 16-bit PCM, one channel, 22,050 samples a second. The same program
// makes the same bytes on one kind of processor; on another the last bit of a
// sample may differ.
//
// The second has espeak-ng (1.51, Debian's package) speak the sentences of
// voices.go into zh/ and en/, in the same format, so that a tone and a sentence
// can be played as one; it trims them and makes them equally loud. It is run by
// hand when a sentence changes: another version of espeak-ng speaks otherwise.
// What a synthesiser says is not under the licence of the synthesiser (GPL-3);
// the recordings are under Hexiao's own.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"
)

const rate = 22050 // samples a second; enough for tones below 4 kHz and small enough to bundle

// tone is one note of a sound.
type tone struct {
	at    time.Duration // from the sound's start
	long  time.Duration
	hertz float64
	loud  float64 // 0 to 1
}

// score lists the sounds. A shop is noisy and small loudspeakers are weak below
// 400 Hz, so the pitches stay between 440 and 1600 Hz; the shape of each
// (rising, repeating, falling, a tick) carries the meaning, not the pitch
// alone.
func score() map[string][]tone {
	const ms = time.Millisecond
	return map[string][]tone{
		"accept": {{0, 160 * ms, 784, 0.7}, {110 * ms, 160 * ms, 988, 0.7}, {220 * ms, 380 * ms, 1319, 0.8}},
		"wait":   {{0, 220 * ms, 880, 0.7}, {260 * ms, 220 * ms, 880, 0.7}},
		"refuse": {{0, 240 * ms, 659, 0.8}, {220 * ms, 420 * ms, 440, 0.9}},
		"key":    {{0, 28 * ms, 1568, 0.45}},
	}
}

// render turns notes into samples between -1 and 1.
func render(notes []tone) []float64 {
	var end time.Duration
	for _, n := range notes {
		end = max(end, n.at+n.long)
	}
	out := make([]float64, samples(end))
	for _, n := range notes {
		first, count := samples(n.at), samples(n.long)
		for i := range count {
			t := float64(i) / rate
			phase := 2 * math.Pi * n.hertz * t
			wave := math.Sin(phase) + 0.35*math.Sin(2*phase) + 0.12*math.Sin(3*phase) // a little body, so that it is no bare beep
			attack := math.Min(1, t/0.004)                                            // without it the start clicks
			decay := math.Pow(1-float64(i)/float64(count), 1.6)
			out[first+i] += n.loud * attack * decay * wave / 1.47
		}
	}
	return out
}

func samples(d time.Duration) int { return int(d * rate / time.Second) }

// wav packs samples as a WAV file.
func wav(samples []float64) []byte {
	var b bytes.Buffer
	size := uint32(2 * len(samples))
	le := binary.LittleEndian
	b.WriteString("RIFF")
	b.Write(le.AppendUint32(nil, 36+size))
	b.WriteString("WAVEfmt ")
	b.Write(le.AppendUint32(nil, 16))     // length of the format chunk
	b.Write(le.AppendUint16(nil, 1))      // PCM
	b.Write(le.AppendUint16(nil, 1))      // one channel
	b.Write(le.AppendUint32(nil, rate))   //
	b.Write(le.AppendUint32(nil, 2*rate)) // bytes a second
	b.Write(le.AppendUint16(nil, 2))      // bytes a frame
	b.Write(le.AppendUint16(nil, 16))     // bits a sample
	b.WriteString("data")
	b.Write(le.AppendUint32(nil, size))
	for _, s := range samples {
		b.Write(le.AppendUint16(nil, uint16(int16(math.Round(math.Max(-1, math.Min(1, s))*32000)))))
	}
	return b.Bytes()
}

func run(args []string) error {
	if len(args) == 2 && args[0] == "--voices" {
		return writeVoices(args[1])
	}
	if len(args) != 1 {
		return fmt.Errorf("want one folder to write the sounds into, got %d arguments", len(args))
	}
	for name, notes := range score() {
		if err := os.WriteFile(filepath.Join(args[0], name+".wav"), wav(render(notes)), 0o644); err != nil {
			return fmt.Errorf("write sound %s: %w", name, err)
		}
	}
	return nil
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
