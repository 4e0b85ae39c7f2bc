package look

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// monospace measures as most fonts here do: a Chinese character is as wide as
// high, others half of that.
func monospace(s string) float32 {
	w := float32(0)
	for _, r := range s {
		if r < 0x2000 {
			w += 5
		} else {
			w += 10
		}
	}
	return w
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, text string
		width      float32
		want       []string
	}{
		{"fits", "请出示提货码", 100, []string{"请出示提货码"}},
		{"is balanced", "请出示提货码", 50, []string{"请出示", "提货码"}},
		{"keeps what the marks keep", "请等待\u200b团长确认", 60, []string{"请等待", "团长确认"}},
		{"without marks in the middle", "请等待团长确认", 60, []string{"请等待团", "长确认"}},
		{"breaks after punctuation", "请找团长，出示订单页面。", 90, []string{"请找团长，", "出示订单页面。"}},
		{"between words", "Please wait for the leader", 80, []string{"Please wait", "for the leader"}},
		{"at a line's end", "一\n二", 100, []string{"一", "二"}},
		{"a long word is cut", "abcdefgh", 20, []string{"abcd", "efgh"}},
		{"a dot between parts goes", "张*\u00a0· \u200b尾号", 40, []string{"张*", "尾号"}},
		{"nothing", "", 100, []string{""}},
	} {
		if diff := cmp.Diff(c.want, wrap(c.text, c.width, monospace)); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// No character but spaces is lost or moved, no line is wider than its place
// unless it is a single character, and none begins with a closing mark.
func TestWrapLosesNothing(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune("提货码请团长，。！？abcXYZ0123456789-\u200b")), 1, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(word, 1, 8).Draw(t, "words"), " ")
		width := float32(rapid.IntRange(10, 400).Draw(t, "width"))
		lines := wrap(text, width, monospace)
		plain := func(s string) string {
			return strings.NewReplacer(" ", "", "\u200b", "").Replace(s)
		}
		if got := plain(strings.Join(lines, "")); got != plain(text) {
			t.Fatalf("%q became %q", text, lines)
		}
		for _, l := range lines {
			if monospace(l) > width && utf8.RuneCountInString(l) > 1 {
				t.Fatalf("%q is wider than %v", l, width)
			}
		}
	})
}

func TestNoLineBeginsWithAClosingMark(t *testing.T) {
	text := "看看是不是这个自提点、这个平台的订单。团长可以用手机尾号帮您查。"
	for width := float32(30); width < 300; width += 10 {
		for _, l := range wrap(text, width, monospace) {
			if strings.ContainsAny(l[:min(3, len(l))], "、。") {
				t.Errorf("at %v a line begins with a closing mark: %q", width, l)
			}
		}
	}
}
