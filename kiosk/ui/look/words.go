package look

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"
)

// Lang is a language of the screens.
type Lang string

// The languages. Chinese comes first: it is what a terminal starts with.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// Other returns the language that the button in the footer changes to.
func (l Lang) Other() Lang {
	if l == English {
		return Chinese
	}
	return English
}

// Vars are the values in a sentence, by the names that the translations use.
type Vars map[string]any

// Words says sentences in one language.
type Words struct {
	lang Lang
	loc  *i18n.Localizer
}

// LoadWords reads zh.toml and en.toml from a folder and returns the words of
// every language.
func LoadWords(files fs.FS) (map[Lang]*Words, error) {
	bundle := i18n.NewBundle(language.Chinese)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	out := make(map[Lang]*Words)
	for _, l := range []Lang{Chinese, English} {
		if _, err := bundle.LoadMessageFileFS(files, string(l)+".toml"); err != nil {
			return nil, fmt.Errorf("translations for %q cannot be used: %w", string(l), err)
		}
		out[l] = &Words{lang: l, loc: i18n.NewLocalizer(bundle, string(l))}
	}
	return out, nil
}

// Lang returns the language spoken.
func (w *Words) Lang() Lang { return w.lang }

// Say returns the sentence of an id, with its values filled in. An id without a
// sentence is returned as it is, so that a mistake shows on the screen and in
// the gallery instead of stopping a terminal.
func (w *Words) Say(id string, vars ...Vars) string {
	return w.localize(id, merged(vars), nil)
}

// Count returns the sentence of an id for a number of things, in the plural
// form of the language; the sentence may use the number as {{.N}}.
func (w *Words) Count(id string, n int, vars ...Vars) string {
	v := merged(vars)
	v["N"] = Thousands(n)
	return w.localize(id, v, n)
}

func (w *Words) localize(id string, v Vars, n any) string {
	s, err := w.loc.Localize(&i18n.LocalizeConfig{MessageID: id, TemplateData: v, PluralCount: n})
	if err != nil || strings.Contains(s, "<no value>") {
		return id
	}
	return s
}

func merged(vars []Vars) Vars {
	out := Vars{}
	for _, v := range vars {
		for k, x := range v {
			out[k] = x
		}
	}
	return out
}

// Thousands writes a number with a comma before every three digits, as both
// languages do on price tags.
func Thousands(n int) string {
	s := fmt.Sprint(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}
