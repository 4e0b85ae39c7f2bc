package pinyin_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hexiao/kiosk/pinyin"
)

func TestSpell(t *testing.T) {
	for text, want := range map[string]struct{ full, initials []string }{
		"张三":          {[]string{"zhangsan"}, []string{"zs"}},
		"鲜牛奶":         {[]string{"xianniunai"}, []string{"xnn"}},
		"欧阳 修":        {[]string{"ouyangxiu"}, []string{"oyx"}},
		"可口可乐 330 ml": {nil, nil}, // compared by what it must contain
		"John Smith":  {[]string{"johnsmith"}, []string{"js"}},
		"ＡＢ１２":        {[]string{"ab12"}, []string{"a12"}},
		"女":           {nil, nil},
		"":            {nil, nil},
		"…！":          {nil, nil},
	} {
		full, initials := pinyin.Spell(text)
		switch text {
		case "可口可乐 330 ml":
			if !slices.Contains(full, "kekoukele330ml") || !slices.Contains(initials, "kkkl330m") {
				t.Errorf("%s: %v, %v", text, full, initials)
			}
		case "女": // ü is v on Chinese keyboards
			if !slices.Contains(full, "nv") || !slices.Contains(initials, "n") {
				t.Errorf("%s: %v, %v", text, full, initials)
			}
		default:
			for _, w := range want.full {
				if !slices.Contains(full, w) {
					t.Errorf("%s: %v lacks %s", text, full, w)
				}
			}
			for _, w := range want.initials {
				if !slices.Contains(initials, w) {
					t.Errorf("%s: %v lacks %s", text, initials, w)
				}
			}
			if want.full == nil && (full != nil || initials != nil) {
				t.Errorf("%q: %v, %v", text, full, initials)
			}
		}
	}
}

// Who is called 单 may be Shan or Dan, 曾 Zeng or Ceng.
func TestEveryReadingCounts(t *testing.T) {
	for text, want := range map[string][]string{"单晓": {"shanxiao", "danxiao"}, "曾乐": {"zengle", "cengle", "zengyue", "cengyue"}} {
		full, _ := pinyin.Spell(text)
		for _, w := range want {
			if !slices.Contains(full, w) {
				t.Errorf("%s: %v lacks %s", text, full, w)
			}
		}
	}
}

func TestReadings(t *testing.T) {
	if got := pinyin.Readings('长'); !slices.Contains(got, "chang") || !slices.Contains(got, "zhang") {
		t.Errorf("长: %v", got)
	}
	if got := pinyin.Readings('a'); got != nil {
		t.Errorf("a: %v", got)
	}
}

func TestSpellingsAreBoundedAndPlain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune("单曾长行乐重了着a1")))).Draw(t, "text")
		full, initials := pinyin.Spell(text)
		for _, list := range [][]string{full, initials} {
			if len(list) > pinyin.MaxSpellings {
				t.Fatalf("%d spellings", len(list))
			}
			for _, s := range list {
				if s == "" || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
					t.Fatalf("spelled %q", s)
				}
			}
		}
		if (full == nil) != (initials == nil) {
			t.Fatalf("%v, %v", full, initials)
		}
	})
}
