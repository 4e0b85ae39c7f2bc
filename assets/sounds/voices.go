package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// phrase is a spoken sentence. Mandarin is handed to the synthesiser in pinyin:
// of Chinese characters espeak-ng 1.51 reads half as English letters.
type phrase struct{ name, zh, pinyin, en string }

// phrases lists what the terminal says; the names are those of desk.Prompt.
func phrases() []phrase {
	return []phrase{
		{"show-code", "请出示提货码", "qing3 chu1shi4 ti2huo4ma3", "Please show your code."},
		{"shelf", "提货成功，请到货架", "ti2huo4 cheng2gong1, qing3 dao4 huo4jia4", "Accepted. Please go to the shelf."},
		{"wait-leader", "请等待团长确认", "qing3 deng3dai4 tuan2zhang3 que4ren4", "Please wait for the leader."},
		{"one-code", "请只出示一个提货码", "qing3 zhi3 chu1shi4 yi2ge4 ti2huo4ma3", "Please show one code only."},
		{"already", "这一单已经提过货了", "zhe4 yi4 dan1 yi3jing1 ti2guo4 huo4 le5", "This order was already collected."},
		{"not-arrived", "货还没有到", "huo4 hai2 mei2you3 dao4", "Your goods have not arrived yet."},
		{"not-found", "没有找到，请问团长", "mei2you3 zhao3dao4, qing3 wen4 tuan2zhang3", "Not found. Please ask the leader."},
		{"ask-leader", "请问团长", "qing3 wen4 tuan2zhang3", "Please ask the leader."},
		{"a-moment", "请稍等", "qing3 shao1deng3", "Please wait a moment."},
		{"thanks", "谢谢您的评价", "xie4xie5 nin2 de5 ping2jia4", "Thank you for your rating."},
		{"out-of-order", "暂停服务，请找团长", "zan4ting2 fu2wu4, qing3 zhao3 tuan2zhang3", "Out of order. Please ask the leader."},
	}
}

const (
	voicePeak = 0.8  // of full scale, so that all sentences are equally loud
	quiet     = 0.01 // of full scale: below it is silence before and after
	margin    = 20 * time.Millisecond
)

// writeVoices has espeak-ng speak every phrase in every language into folders
// of that name.
func writeVoices(folder string) error {
	for _, p := range phrases() {
		for _, v := range []struct{ lang, voice, text string }{{"zh", "cmn-latn-pinyin", p.pinyin}, {"en", "en-gb", p.en}} {
			var said, errs bytes.Buffer
			speak := exec.Command("espeak-ng", "-v", v.voice, "-s", "160", "--stdout", v.text)
			speak.Stdout, speak.Stderr = &said, &errs
			if err := speak.Run(); err != nil {
				return fmt.Errorf("espeak-ng (Debian's package of that name) says %s: %w %s", p.name, err, &errs)
			}
			spoken, err := heard(said.Bytes())
			if err != nil {
				return fmt.Errorf("%s in %s: %w", p.name, v.lang, err)
			}
			if err := os.MkdirAll(filepath.Join(folder, v.lang), 0o755); err != nil {
				return fmt.Errorf("write the voices: %w", err)
			}
			if err := os.WriteFile(filepath.Join(folder, v.lang, p.name+".wav"), wav(spoken), 0o644); err != nil {
				return fmt.Errorf("write the voices: %w", err)
			}
		}
	}
	return nil
}

// heard is the sound of a WAV stream as espeak-ng writes it, whose header does
// not know the length: without the silence around it, and as loud as the others.
func heard(stream []byte) ([]float64, error) {
	if len(stream) < 44 || !bytes.HasPrefix(stream, []byte("RIFF")) || binary.LittleEndian.Uint32(stream[24:]) != rate {
		return nil, fmt.Errorf("espeak-ng gave no WAV of %d samples a second", rate)
	}
	var samples []float64
	peak := 0.0
	for b := stream[44:]; len(b) >= 2; b = b[2:] {
		s := float64(int16(binary.LittleEndian.Uint16(b))) / 32768
		peak = max(peak, math.Abs(s))
		samples = append(samples, s)
	}
	first, last := 0, len(samples)-1
	for first <= last && math.Abs(samples[first]) < quiet {
		first++
	}
	for first <= last && math.Abs(samples[last]) < quiet {
		last--
	}
	if first > last {
		return nil, errors.New("espeak-ng said nothing")
	}
	edge := int(margin * rate / time.Second)
	samples = samples[max(0, first-edge):min(len(samples), last+edge)]
	for i := range samples {
		fade := min(1, float64(i)/float64(edge), float64(len(samples)-1-i)/float64(edge)) // without it the ends click
		samples[i] *= fade * voicePeak / peak
	}
	return samples, nil
}
