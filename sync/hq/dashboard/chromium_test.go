package dashboard

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base32"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"hexiao/kiosk"
	"hexiao/kiosk/hqring"
	"hexiao/sync/client"
	"hexiao/sync/hq/accounts"
	"hexiao/sync/hq/hqtest"
)

// tab is a tab of a real Chromium, and what it complained of.
type tab struct {
	context.Context
	t    testing.TB
	site *site
	mu   sync.Mutex
	bad  []string
}

// chromium starts one; every complaint of its console fails the test.
func chromium(t testing.TB, s *site) *tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if strings.Contains(os.Getenv("HEXIAO_REQUIRE"), "chromium") {
			t.Fatal("chromium is not installed, and HEXIAO_REQUIRE asks for it")
		}
		t.Skip("chromium is not installed")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox)
	alloc, endAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(endAlloc)
	ctx, end := chromedp.NewContext(alloc)
	t.Cleanup(end)
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stop)
	b := &tab{Context: ctx, t: t, site: s}
	chromedp.ListenTarget(ctx, func(event any) {
		b.mu.Lock()
		defer b.mu.Unlock()
		switch e := event.(type) {
		case *runtime.EventConsoleAPICalled:
			b.bad = append(b.bad, "console: "+string(e.Type))
		case *runtime.EventExceptionThrown:
			b.bad = append(b.bad, "exception: "+e.ExceptionDetails.Error())
		case *log.EventEntryAdded:
			if !strings.HasSuffix(e.Entry.URL, "/nowhere") { // a page that a test knows not to be there
				b.bad = append(b.bad, string(e.Entry.Source)+": "+e.Entry.Text)
			}
		}
	})
	b.run(log.Enable(), network.Enable(), b.size(1280, 860, false), network.SetCookie(languageCookie, "zh").WithURL(s.URL))
	t.Cleanup(func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, bad := range b.bad {
			t.Errorf("the browser complains: %s", bad)
		}
	})
	return b
}

func (b *tab) run(actions ...chromedp.Action) {
	b.t.Helper()
	if err := chromedp.Run(b.Context, actions...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *tab) size(width, height int64, phone bool) chromedp.Action {
	return emulation.SetDeviceMetricsOverride(width, height, 1, phone)
}

func (b *tab) open(path string) {
	b.t.Helper()
	b.run(chromedp.Navigate(b.site.URL+path), chromedp.WaitReady("main"))
}

// says waits until a place of the page has a text.
func (b *tab) says(selector, text string) {
	b.t.Helper()
	b.run(chromedp.WaitReady(selector)) // also over the way to another page
	var ok bool
	err := chromedp.Run(b.Context, chromedp.PollFunction(`(s, t) => { const e = document.querySelector(s); return e !== null && e.textContent.includes(t) }`, &ok,
		chromedp.WithPollingArgs(selector, text), chromedp.WithPollingTimeout(30*time.Second)))
	if err != nil {
		var page string
		_ = chromedp.Run(b.Context, chromedp.Text("main", &page))
		b.t.Fatalf("%s does not say %q: %v\n%s", selector, text, err, page)
	}
}

func (b *tab) signIn(name string) {
	b.t.Helper()
	b.open("/sign-in")
	b.run(chromedp.SendKeys("input[name=name]", name), chromedp.SendKeys("input[name=password]", password+"\r"), chromedp.WaitReady("body.inside"))
}

// shot keeps a picture where HEXIAO_SHOTS names a folder, for people to look at.
func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("HEXIAO_SHOTS")
	if dir == "" {
		return
	}
	var png []byte
	b.run(chromedp.CaptureScreenshot(&png))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// terminal is a real client of the contract.
type terminal struct {
	t    testing.TB
	site *site
	hq   *client.HQ
	id   kiosk.TerminalID
	head kiosk.Head
}

func (s *site) enrol(point kiosk.PointID, name string) *terminal {
	s.t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	e, err := client.Enrol(context.Background(), client.EnrolOptions{Address: s.hq.URL, Code: s.hq.Code(point), Name: name, Key: key})
	if err != nil {
		s.t.Fatal(err)
	}
	c, err := client.New(client.Options{Address: s.hq.URL, Terminal: e.Terminal, Point: e.Point, Key: key, HQ: hqring.New(e.HQKey), Now: s.clock.Now})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(c.Close)
	if err := c.Tell(context.Background(), kiosk.Condition{Clock: kiosk.ClockSynced, Version: "1.0"}); err != nil {
		s.t.Fatal(err)
	}
	return &terminal{t: s.t, site: s, hq: c, id: e.Terminal}
}

// redeem hands an order of hqtest.Entry out.
func (k *terminal) redeem(order kiosk.OrderID) {
	k.t.Helper()
	var id kiosk.EventID
	if _, err := rand.Read(id[:]); err != nil {
		k.t.Fatal(err)
	}
	raw, _, err := kiosk.EncodeEvent(kiosk.Event{ID: id, At: kiosk.Moment{Wall: k.site.clock.Now()}, Body: kiosk.Redeemed{
		Order: order, Lines: []kiosk.Handed{{Line: "1", Handed: 2}, {Line: "2", Handed: 1}}, Method: kiosk.MethodAlone, Source: "camera",
	}})
	if err != nil {
		k.t.Fatal(err)
	}
	b := kiosk.Batch{Terminal: k.id, Prev: k.head, Records: []kiosk.Record{{Epoch: 1, Seq: k.head.Seq + 1, Payload: raw}}}
	if _, err := k.hq.Push(context.Background(), b); err != nil {
		k.t.Fatal(err)
	}
	k.head = b.Head()
}

// busy fills the site: orders at two points, two terminals, one order handed out by both.
func (s *site) busy() (*terminal, *terminal) {
	s.t.Helper()
	for i := range 40 {
		s.hq.Import("P001", hqtest.Entry(kiosk.OrderID(fmt.Sprintf("A%03d", i))))
	}
	s.hq.Import("P002", hqtest.Entry("B001"))
	one, two := s.enrol("P001", "门口"), s.enrol("P001", "柜台")
	for i := range 12 {
		one.redeem(kiosk.OrderID(fmt.Sprintf("A%03d", i)))
		s.clock.Advance(7 * time.Minute)
	}
	two.redeem("A001")
	return one, two
}

func TestSignInByTOTP(t *testing.T) {
	s := open(t)
	b := chromium(t, s)
	b.signIn("owner")
	b.open("/account?second=begin")
	var shown string
	b.run(chromedp.Text(".secret code", &shown), chromedp.WaitVisible("svg.qr"))
	b.shot("second")
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(shown, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	b.run(chromedp.SendKeys("input[name=code]", accounts.Code(secret, s.clock.Now())+"\r"), chromedp.WaitVisible(".codes"))
	b.run(chromedp.Click(".who form[action='/sign-out'] button"), chromedp.WaitVisible("input[name=password]"))
	s.clock.Advance(time.Minute) // a code is good once
	b.run(chromedp.SendKeys("input[name=name]", "owner"), chromedp.SendKeys("input[name=password]", password+"\r"), chromedp.WaitVisible("input[name=code]"))
	b.run(chromedp.SendKeys("input[name=code]", accounts.Code(secret, s.clock.Now())+"\r"), chromedp.WaitReady("body.inside"))
	b.says("h1", "今日总览")
}

func TestNumberRisesAndConflictIsSettled(t *testing.T) {
	s := open(t)
	one, _ := s.busy()
	b := chromium(t, s)
	b.signIn("operator")
	b.open("/overview")
	b.says("#figures .figure:first-child dd", "12")
	b.says("#pulse", "实时")
	one.redeem("A030")
	b.says("#figures .figure:first-child dd", "13") // nobody touched the page

	b.open("/cases")
	b.run(chromedp.Click("#table-cases tbody td a"), chromedp.WaitVisible("#sides"))
	b.shot("case")
	b.run(chromedp.Click("#sides .side:first-of-type input[type=radio]"), chromedp.SendKeys("input[name=note]", "监控看到门口先交货\r"))
	b.says("#past", "监控看到门口先交货")
	b.says("#case .mark", "已处理")
	b.open("/cases")
	b.says("#table-cases", "没有等待处理的冲突")
}

// load presses a link and gives the file that comes.
func (b *tab) load(selector string) []byte {
	b.t.Helper()
	dir := b.t.TempDir()
	done := make(chan string, 1)
	ctx, end := context.WithCancel(b.Context)
	defer end()
	chromedp.ListenTarget(ctx, func(event any) {
		if e, ok := event.(*cdpbrowser.EventDownloadProgress); ok && e.State == cdpbrowser.DownloadProgressStateCompleted {
			done <- e.GUID
		}
	})
	b.run(cdpbrowser.SetDownloadBehavior(cdpbrowser.SetDownloadBehaviorBehaviorAllowAndName).WithDownloadPath(dir).WithEventsEnabled(true),
		chromedp.Click(selector))
	select {
	case name := <-done:
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			b.t.Fatal(err)
		}
		return raw
	case <-b.Done():
		b.t.Fatalf("nothing came of %s", selector)
		return nil
	}
}

func TestTableIsLoaded(t *testing.T) {
	s := open(t)
	s.busy()
	b := chromium(t, s)
	b.signIn("leader")
	if text := string(b.load("#table-orders .files a")); !strings.HasPrefix(text, "\ufeff订单,提货号") || strings.Count(text, "\r\n") != 41 || strings.Contains(text, "张小明") {
		t.Errorf("the file is %.300q", text)
	}
}

// The day's reconciliation is looked at, and taken along entry by entry.
func TestReconciliationIsLoaded(t *testing.T) {
	s := open(t)
	handedTwice(t, s)
	b := chromium(t, s)
	b.signIn("operator")
	b.open("/reconciliation/P001/2026-11-23")
	b.says("main", "交付了两次")
	b.shot("reconciliation")
	differences := string(b.load("p.files a[href*='download=csv']"))
	if !strings.HasPrefix(differences, "\ufeff") || !strings.Contains(differences, "交付了两次（终端 K2 第 1 条）") || !strings.Contains(differences, "55.50") {
		t.Errorf("the differences are %.500q", differences)
	}
	var shown int
	b.run(chromedp.Evaluate(`document.querySelectorAll("#table-entries tbody tr").length`, &shown))
	entries := string(b.load("#table-entries .files a[href*='download=csv']"))
	if rows := strings.Count(entries, "\r\n") - 1; rows != shown || shown == 0 {
		t.Errorf("the file has %d entries, the page %d: %.500q", rows, shown, entries)
	}
	if sheet := b.load("#table-entries .files a[href*='download=xlsx']"); !bytes.HasPrefix(sheet, []byte("PK")) {
		t.Errorf("the XLSX is %.40q", sheet)
	}
}
