package dashboard

import (
	"embed"
	"fmt"
	"net/http"
	"strings"

	"github.com/pelletier/go-toml/v2"
	xlanguage "golang.org/x/text/language"
)

//go:embed words/*.toml
var wordFiles embed.FS

// words are a language's, by key; {1} stands for the first argument.
type words map[string]string

// languages lists those there are, the default first.
func languages() []string { return []string{"zh", "en"} }

func readWords() (map[string]words, error) {
	all := map[string]words{}
	for _, lang := range languages() {
		raw, err := wordFiles.ReadFile("words/" + lang + ".toml")
		if err != nil {
			return nil, err
		}
		w := words{}
		if err := toml.Unmarshal(raw, &w); err != nil {
			return nil, fmt.Errorf("words of %s: %w", lang, err)
		}
		all[lang] = w
	}
	return all, nil
}

// say gives a word; a key that there is none for stands for itself, which a test
// keeps from happening.
func (w words) say(key string, args ...any) string {
	text, ok := w[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	pairs := make([]string, 0, 2*len(args))
	for i, a := range args {
		pairs = append(pairs, fmt.Sprintf("{%d}", i+1), fmt.Sprint(a))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// has reports whether there is such a word.
func (w words) has(key string) bool {
	_, ok := w[key]
	return ok
}

const languageCookie = "hexiao_lang"

// language is the one that the browser chose here, else the first of its own that
// there is.
func language(r *http.Request) string {
	if c, err := r.Cookie(languageCookie); err == nil {
		for _, l := range languages() {
			if c.Value == l {
				return l
			}
		}
	}
	matcher := xlanguage.NewMatcher([]xlanguage.Tag{xlanguage.Chinese, xlanguage.English})
	tags, _, err := xlanguage.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(tags) == 0 {
		return languages()[0]
	}
	_, i, _ := matcher.Match(tags...)
	return languages()[i]
}

func setLanguage(q *request) (string, error) {
	for _, l := range languages() {
		if q.form.Get("lang") == l {
			q.setCookie(languageCookie, l, 365*24*3600)
		}
	}
	return back(q.form.Get("to")), nil
}
