package look

import (
	"testing"
	"testing/fstest"

	"hexiao/assets"
)

func words(t *testing.T) map[Lang]*Words {
	t.Helper()
	w, err := LoadWords(assets.Translations())
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWordsSay(t *testing.T) {
	w := words(t)
	for _, c := range []struct{ got, want string }{
		{w[Chinese].Say("welcome.type"), "输入提货码"},
		{w[English].Say("welcome.type"), "Type the code"},
		{w[Chinese].Say("order.number", Vars{"Number": "86"}), "提货号\u00a086"},
		{w[Chinese].Count("order.units", 1200), "共\u00a01,200\u00a0件"},
		{w[English].Count("order.units", 1), "1 item"},
		{w[English].Count("order.units", 2), "2 items"},
		{w[English].Say("no.such.sentence"), "no.such.sentence"},
		{w[English].Say("order.number"), "order.number"}, // a value is missing: shown as a mistake, not as <no value>
		{string(w[English].Lang()), "en"},
	} {
		if c.got != c.want {
			t.Errorf("said %q, want %q", c.got, c.want)
		}
	}
}

func TestLoadWordsRefusesWhatIsNoTranslation(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"no file":  {},
		"no TOML":  {"zh.toml": {Data: []byte("=")}},
		"one only": {"zh.toml": {Data: []byte(`"a" = "b"`)}},
	} {
		if _, err := LoadWords(files); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestLanguages(t *testing.T) {
	if Chinese.Other() != English || English.Other() != Chinese {
		t.Error("the other language is not the other one")
	}
}

func TestThousands(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -4200: "-4,200", -7: "-7"} {
		if got := Thousands(n); got != want {
			t.Errorf("Thousands(%d) = %q, want %q", n, got, want)
		}
	}
}
