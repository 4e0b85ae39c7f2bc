package receipt

import (
	"fmt"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/pelletier/go-toml/v2"
	"golang.org/x/text/language"

	"hexiao/assets"
)

// Say gives the sentence of an id, with its values filled in. A value N of type int
// chooses the plural form.
type Say func(id string, vars map[string]any) string

// Words says the sentences of the slips in a language, "zh" or "en", from the
// bundled translations. An id without a sentence is said as it is, so that a
// mistake shows on the paper instead of stopping a terminal.
func Words(lang string) (Say, error) {
	bundle := i18n.NewBundle(language.Chinese)
	bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	if _, err := bundle.LoadMessageFileFS(assets.Translations(), lang+".toml"); err != nil {
		return nil, fmt.Errorf("there are no words in the language %q: %w", lang, err)
	}
	loc := i18n.NewLocalizer(bundle, lang)
	return func(id string, vars map[string]any) string {
		c := i18n.LocalizeConfig{MessageID: id, TemplateData: vars}
		if n, counted := vars["N"].(int); counted {
			c.PluralCount = n
		}
		s, err := loc.Localize(&c)
		if err != nil || strings.Contains(s, "<no value>") {
			return id
		}
		return s
	}, nil
}
