package dashboard

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// contrast gives the texts of a page whose colour is too near to their ground: 4.5:1,
// or 3:1 for large ones (WCAG 2.2, 1.4.3).
const contrast = `(() => {
  const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m };
  const lum = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 }); return .2126 * r + .7152 * g + .0722 * b };
  const ground = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] === 1) return c } return [255, 255, 255, 1] };
  const bad = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let seen = 0;
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, s = getComputedStyle(e);
    if (!walk.currentNode.textContent.trim() || !e.getClientRects().length || e.closest("svg, script, .unseen")) continue;
    seen++;
    const [a, b] = [lum(parse(s.color)), lum(ground(e))].sort((x, y) => y - x), size = parseFloat(s.fontSize);
    const need = size >= 24 || size >= 18.66 && s.fontWeight >= 700 ? 3 : 4.5;
    if ((a + .05) / (b + .05) < need) bad.push(e.tagName + "." + e.className + " " + walk.currentNode.textContent.trim().slice(0, 20) + " " + ((a + .05) / (b + .05)).toFixed(2));
  }
  return seen < 5 ? ["only " + seen + " texts"] : bad;
})()`

// wide gives what sticks out of a page at its right.
const wide = `(() => { const w = document.documentElement.clientWidth;
  return document.documentElement.scrollWidth <= w ? [] : [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > w + 1).map(e => e.tagName + "." + e.className).concat(["scroll"]) })()`

// Every page, in both languages, light and dark, at a desk and on a phone: enough
// contrast, no scrolling to the side, no complaint of the browser's.
func TestPagesInEveryLight(t *testing.T) {
	s := open(t)
	s.busy()
	b := chromium(t, s)
	looks := []struct {
		name, lang, scheme string
		width, height      int64
		phone              bool
	}{
		{"zh-desk", "zh", "light", 1280, 860, false}, {"en-desk", "en", "light", 1280, 860, false},
		{"zh-dark", "zh", "dark", 1280, 860, false}, {"zh-phone", "zh", "light", 360, 780, true}, {"en-phone-dark", "en", "dark", 360, 780, true},
	}
	check := func(look, path string) {
		t.Helper()
		b.open(path)
		for _, rule := range []string{contrast, wide} {
			var bad []string
			b.run(chromedp.Evaluate(rule, &bad))
			if len(bad) > 0 {
				t.Errorf("%s at %s: %q", look, path, bad)
			}
		}
	}
	enter := func(i int) {
		l := looks[i]
		b.run(b.size(l.width, l.height, l.phone),
			emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.scheme}}),
			network.SetCookie(languageCookie, l.lang).WithURL(s.URL))
	}
	for i, l := range looks {
		enter(i)
		check(l.name, "/sign-in")
		b.shot(l.name + "-sign-in")
	}
	enter(0)
	b.signIn("owner")
	for i, l := range looks {
		enter(i)
		for _, path := range []string{"/overview", "/points", "/points/P001", "/terminals", "/cases", "/cases/1", "/accounts", "/audit", "/account", "/nowhere"} {
			check(l.name, path)
			if i == 0 || l.phone || path == "/overview" || path == "/cases/1" {
				b.shot(l.name + "-" + slug(path))
			}
		}
	}
}

func slug(path string) string {
	out := []rune(path[1:])
	for i, r := range out {
		if r == '/' {
			out[i] = '-'
		}
	}
	return string(out)
}

// A keyboard reaches everything that a page has, in its order, and shows where it is.
func TestKeyboardAlone(t *testing.T) {
	s := open(t)
	s.busy()
	b := chromium(t, s)
	b.open("/sign-in")
	b.run(chromedp.KeyEvent("owner"+kb.Tab+password+kb.Enter), chromedp.WaitReady("body.inside"))
	b.open("/cases/1")
	var want int
	b.run(chromedp.Evaluate(`(() => { document.activeElement.blur(); return [...document.querySelectorAll("a[href],button,input:not([type=hidden],[type=radio])")].filter(e => e.getClientRects().length).length + 1 })()`, &want))
	reached := []string{}
	for range want + 10 {
		var at struct {
			Name string
			Ring bool
			Skip bool
		}
		b.run(chromedp.KeyEvent(kb.Tab), chromedp.Evaluate(`(() => { const e = document.activeElement, all = [...document.querySelectorAll("*")], s = getComputedStyle(e);
			return { Name: e === document.body ? "" : e.tagName + all.indexOf(e), Ring: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2, Skip: e.className === "skip" } })()`, &at))
		if at.Name == "" || slices.Contains(reached, at.Name) {
			break
		}
		if !at.Ring {
			t.Errorf("nothing shows that %s has the focus", at.Name)
		}
		if len(reached) == 0 && !at.Skip {
			t.Errorf("the first stop is %s, not the way past the navigation", at.Name)
		}
		reached = append(reached, at.Name)
	}
	if len(reached) != want {
		t.Errorf("the keyboard reaches %d of %d: %v", len(reached), want, reached)
	}
	// Decide without a pointer: the radio by the space bar, the reason, Enter.
	b.run(chromedp.Focus("#sides input[type=radio]"), chromedp.KeyEvent(" "), chromedp.Focus("input[name=note]"), chromedp.KeyEvent("ok"+kb.Enter))
	b.says("#past", "ok")
}

// The policy stops what does not come from here, and the browser says so: what the
// other tests rely on when they hear of no complaint.
func TestPolicyIsInForce(t *testing.T) {
	s := open(t)
	b := chromium(t, s)
	b.open("/sign-in")
	var ran bool
	b.run(chromedp.Evaluate(`(() => { const e = document.createElement("script"); e.textContent = "window.ran = true"; document.body.append(e); return window.ran === true })()`, &ran))
	b.mu.Lock()
	defer b.mu.Unlock()
	if ran || len(b.bad) == 0 {
		t.Errorf("an inline script ran: %v; the browser complained %d times", ran, len(b.bad))
	}
	b.bad = nil
}
