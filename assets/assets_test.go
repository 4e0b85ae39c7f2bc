package assets

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func parse(t *testing.T, data []byte) *sfnt.Font {
	t.Helper()
	f, err := sfnt.Parse(data)
	if err != nil {
		t.Fatalf("the font is no single OpenType face: %v", err)
	}
	return f
}

// missing lists the characters without a glyph, once each.
func missing(t *testing.T, f *sfnt.Font, text string) string {
	t.Helper()
	var buf sfnt.Buffer
	var out strings.Builder
	for _, r := range text {
		i, err := f.GlyphIndex(&buf, r)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 && !strings.ContainsRune(out.String(), r) && r >= ' ' && r != '\u200b' {
			out.WriteRune(r)
		}
	}
	return out.String()
}

func fonts() map[string][]byte {
	return map[string][]byte{"regular": FontRegular(), "bold": FontBold()}
}

func TestFontsHaveEveryCharacterOfTheTranslations(t *testing.T) {
	for name, data := range fonts() {
		f := parse(t, data)
		for _, lang := range []string{"zh", "en"} {
			for id, m := range messages(t, lang) {
				if lost := missing(t, f, strings.Join(m, "")); lost != "" {
					t.Errorf("%s has no glyph for %q, which %s.toml uses in %s", name, lost, lang, id)
				}
			}
		}
	}
}

// Names are not limited to the 6,763 characters of GB2312: 喆, 堃 and 镕 are only
// in GBK.
func TestFontsHaveAllOfGBK(t *testing.T) {
	var all strings.Builder
	for lead := 0x81; lead <= 0xfe; lead++ {
		for trail := 0x40; trail <= 0xfe; trail++ {
			s, err := simplifiedchinese.GBK.NewDecoder().String(string([]byte{byte(lead), byte(trail)}))
			if err != nil {
				t.Fatal(err)
			}
			r := []rune(s)
			if len(r) == 1 && r[0] != '\ufffd' && (r[0] < 0xe000 || r[0] > 0xf8ff) {
				all.WriteRune(r[0])
			}
		}
	}
	names := "王喆 李堃 朱镕基 陶喆 张玥 刘彧 赵珺 孙翀 钱囧 周淼 吴犇 郑䶮"
	for name, data := range fonts() {
		f := parse(t, data)
		if lost := missing(t, f, names); lost != "" {
			t.Errorf("%s has no glyph for %q", name, lost)
		}
		// The font's makers left out a handful of GBK's compatibility signs.
		if lost := []rune(missing(t, f, all.String())); len(lost) > 10 {
			t.Errorf("%s lacks %d characters of GBK: %q", name, len(lost), string(lost))
		}
	}
}

func TestMissingFindsACharacterTheFontLacks(t *testing.T) {
	if got := missing(t, parse(t, FontRegular()), "提𠮷货"); got != "𠮷" {
		t.Errorf("missing = %q", got)
	}
}

// messages reads a translation: the forms of every message, by id.
func messages(t *testing.T, lang string) map[string][]string {
	t.Helper()
	data, err := fs.ReadFile(Translations(), lang+".toml")
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	if err := toml.Unmarshal(data, &raw); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for id, v := range raw {
		switch v := v.(type) {
		case string:
			out[id] = []string{v}
		case map[string]any:
			for _, form := range v {
				out[id] = append(out[id], form.(string))
			}
		}
	}
	return out
}

func TestBothLanguagesSayTheSameThings(t *testing.T) {
	ids := func(lang string) map[string]bool {
		out := map[string]bool{}
		for id := range messages(t, lang) {
			out[id] = true
		}
		return out
	}
	if diff := cmp.Diff(ids("zh"), ids("en")); diff != "" {
		t.Errorf("the ids of zh.toml (-) and en.toml (+) differ:\n%s", diff)
	}
}

// A value that one language shows and the other forgets is a defect; a plural
// form may leave out the number, and each language writes dates in its way.
func TestBothLanguagesShowTheSameValues(t *testing.T) {
	value := regexp.MustCompile(`\{\{\.(\w+)\}\}`)
	used := func(forms []string) map[string]bool {
		out := map[string]bool{}
		for _, m := range value.FindAllStringSubmatch(strings.Join(forms, " "), -1) {
			name := m[1]
			if name == "MonthName" {
				name = "Month"
			}
			out[name] = true
		}
		return out
	}
	en := messages(t, "en")
	for id, forms := range messages(t, "zh") {
		if id == "why.partly-collected" { // English leaves the place out: there is no room for it
			continue
		}
		if diff := cmp.Diff(used(forms), used(en[id])); diff != "" {
			t.Errorf("%s shows other values in zh (-) and en (+):\n%s", id, diff)
		}
	}
}

func TestEnglishHasNoChineseAndTheOtherWayRound(t *testing.T) {
	han := regexp.MustCompile(`\p{Han}`)
	latin := regexp.MustCompile(`[A-Za-z]{2,}`)
	for id, forms := range messages(t, "en") {
		if id != "footer.other-language" && han.MatchString(strings.Join(forms, "")) {
			t.Errorf("en.toml: %s has Chinese words", id)
		}
	}
	values := regexp.MustCompile(`\{\{.*?\}\}|PIN`)
	for id, forms := range messages(t, "zh") {
		if id != "footer.other-language" && latin.MatchString(values.ReplaceAllString(strings.Join(forms, ""), "")) {
			t.Errorf("zh.toml: %s has English words", id)
		}
	}
}

func TestIcons(t *testing.T) {
	names, err := filepath.Glob("icons/*.svg")
	if err != nil || len(names) == 0 {
		t.Fatalf("no icons: %v", err)
	}
	for _, path := range names {
		svg, err := Icon(strings.TrimSuffix(filepath.Base(path), ".svg"))
		if err != nil {
			t.Error(err)
		}
		for _, want := range []string{`stroke="currentColor"`, `stroke-width="2"`, `viewBox="0 0 24 24"`} {
			if !bytes.Contains(svg, []byte(want)) {
				t.Errorf("%s has no %s: the screens replace it", path, want)
			}
		}
	}
	if _, err := Icon("no-such-icon"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an icon that is not bundled: %v", err)
	}
	if _, err := os.Stat("icons/LICENSE"); err != nil {
		t.Error(err)
	}
}

func TestSounds(t *testing.T) {
	for _, s := range []Sound{SoundAccept, SoundWait, SoundRefuse, SoundKey} {
		wav, err := s.WAV()
		if err != nil {
			t.Error(err)
			continue
		}
		if !bytes.HasPrefix(wav, []byte("RIFF")) || !bytes.Equal(wav[8:16], []byte("WAVEfmt ")) {
			t.Errorf("%s is no WAV file", s)
		}
	}
	if _, err := Sound("no-such-sound").WAV(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a sound that is not bundled: %v", err)
	}
}

func TestAppIconIsSVG(t *testing.T) {
	if !bytes.HasPrefix(AppIcon(), []byte("<svg ")) {
		t.Error("the application's icon is no SVG")
	}
}
