package intake

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"hexiao/kiosk"
	"hexiao/sync/hq"
)

// page asks for a customer's page.
func (w *world) page(path, language string) (int, string, http.Header) {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Language", language)
	rec := httptest.NewRecorder()
	w.LinkHandler().ServeHTTP(rec, r)
	return rec.Code, rec.Body.String(), rec.Header()
}

// shownCode reads the picture of a page.
func shownCode(t *testing.T, page string) string {
	t.Helper()
	m := regexp.MustCompile(`data:image/png;base64,([^"]*)"`).FindStringSubmatch(strings.ReplaceAll(page, "&#43;", "+"))
	if m == nil {
		return ""
	}
	raw, err := base64.StdEncoding.DecodeString(m[1])
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		t.Fatal(err)
	}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatal(err)
	}
	return result.GetText()
}

func TestLink(t *testing.T) {
	w := start(t, nil)
	evil := `<script>alert(1)</script>`
	w.put("P1", "order,product,quantity,name,phone,pickup number,due,collect by\nA1,"+evil+",2,王小明,13800001234,A-07,3.50,2026-12-01\nA2,梨,1,李娜,13900005678,,,\n")
	path, err := w.Link(t.Context(), "P1", "A1")
	if err != nil {
		t.Fatal(err)
	}
	codes := w.opaque("A1")
	status, zh, head := w.page(path, "zh-CN,en;q=0.5")
	if status != 200 || shownCode(t, zh) != codes || !strings.Contains(zh, "王**") || !strings.Contains(zh, "尾号 1234") || !strings.Contains(zh, "A-07") || !strings.Contains(zh, "¥3.50") {
		t.Errorf("%d %s", status, zh)
	}
	for _, secret := range []string{"王小明", "13800001234", "李娜", evil, "A1<"} {
		if strings.Contains(zh, secret) {
			t.Errorf("the page shows %q", secret)
		}
	}
	if head.Get("Cache-Control") != "no-store" || head.Get("Referrer-Policy") != "no-referrer" || !strings.Contains(head.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("headers: %v", head)
	}
	if _, en, _ := w.page(path, "en"); !strings.Contains(en, "Please collect before") || !strings.Contains(en, `lang="en"`) {
		t.Errorf("in English: %s", en)
	}
	if _, en, _ := w.page(path+"?lang=en", "zh"); !strings.Contains(en, `lang="en"`) {
		t.Error("the language that is asked for does not count")
	}
	// A token that was changed anywhere is none.
	token := strings.TrimPrefix(path, LinkPath)
	other, err := w.Link(t.Context(), "P1", "A2")
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := base64.RawURLEncoding.DecodeString(token)
	forged, _ := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(other, LinkPath))
	for i := range raw {
		changed := bytes.Clone(raw)
		changed[i] ^= 1
		if status, body, _ := w.page(LinkPath+base64.RawURLEncoding.EncodeToString(changed), "zh"); status != 404 || shownCode(t, body) != "" {
			t.Fatalf("byte %d changed: %d", i, status)
		}
	}
	mixed := append(bytes.Clone(raw[:macBytes]), forged[macBytes:]...)
	for _, bad := range []string{base64.RawURLEncoding.EncodeToString(mixed), "", "x", token + "A", token[:10], strings.Repeat("A", 5000), "../admin"} {
		if status, _, _ := w.page(LinkPath+bad, "zh"); status != 404 {
			t.Errorf("%.20q: %d", bad, status)
		}
	}
	r := httptest.NewRecorder()
	w.LinkHandler().ServeHTTP(r, httptest.NewRequest(http.MethodPost, path, nil))
	if r.Code != http.StatusMethodNotAllowed {
		t.Errorf("a POST: %d", r.Code)
	}
	// Collected: no code any more.
	w.enrol("P1").tell(redeem("A1", 2))
	if status, body, _ := w.page(path, "zh"); status != 200 || !strings.Contains(body, "已取货") || shownCode(t, body) != "" || strings.Contains(body, `http-equiv="refresh"`) {
		t.Errorf("collected: %d %s", status, body)
	}
	// Cancelled, and with its codes withdrawn.
	if err := w.hq.SetStatus(t.Context(), "A2", kiosk.StatusCancelled); err != nil {
		t.Fatal(err)
	}
	if _, body, _ := w.page(other, "en"); !strings.Contains(body, "was cancelled") || shownCode(t, body) != "" {
		t.Error("a cancelled order shows a code")
	}
	if _, err := w.Link(t.Context(), "P1", "A404"); err == nil {
		t.Error("a link of no order")
	}
}

func TestLinkOfWithdrawnCode(t *testing.T) {
	w := start(t, nil)
	w.put("P1", "order,product,quantity\nA1,梨,2\n")
	path, err := w.Link(t.Context(), "P1", "A1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.hq.RevokeCodes(t.Context(), hq.RevokeRequest{Order: "A1"}); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := w.page(path, "zh"); status != 404 {
		t.Errorf("the old link: %d", status)
	}
	again, err := w.Link(t.Context(), "P1", "A1")
	if err != nil || again == path {
		t.Fatalf("%v", err)
	}
	if status, body, _ := w.page(again, "zh"); status != 200 || shownCode(t, body) != w.opaque("A1") {
		t.Errorf("the new link: %d", status)
	}
}

// TestLinkRotates: the page of an order whose code changes shows that of now, and
// asks for itself again.
func TestLinkRotates(t *testing.T) {
	w := start(t, nil)
	from := kiosk.Fen(100)
	if err := w.hq.ChangePoint(t.Context(), hq.PointChange{ID: "P1", RotateFrom: &from}); err != nil {
		t.Fatal(err)
	}
	w.put("P1", "order,product,quantity,unit price,status,expected,valid from\nA1,梨,2,50,arrived,,\nA2,梨,2,50,shipped,2026-11-25 10:00,\nA3,梨,2,50,arrived,,2026-11-24\n")
	path, err := w.Link(t.Context(), "P1", "A1")
	if err != nil {
		t.Fatal(err)
	}
	_, first, _ := w.page(path, "zh")
	w.at = w.at.Add(kiosk.RotateStep)
	_, second, _ := w.page(path, "zh")
	a, b := shownCode(t, first), shownCode(t, second)
	if a == b || !strings.HasPrefix(a, w.opaque("A1")) || len(a) <= len(w.opaque("A1")) || !strings.Contains(first, `http-equiv="refresh" content="`) {
		t.Errorf("%q then %q", a, b)
	}
	for order, want := range map[kiosk.OrderID]string{"A2": "Not there yet, expected 2026-11-25 10:00", "A3": "To be collected from 2026-11-24 00:00"} {
		path, err := w.Link(t.Context(), "P1", order)
		if err != nil {
			t.Fatal(err)
		}
		if _, body, _ := w.page(path, "en"); !strings.Contains(body, want) {
			t.Errorf("%s: %s", order, body)
		}
	}
	codes := get[Codes](w, w.key(NewKey{}), "/api/v1/points/P1/orders/A1/code")
	if !codes.Until.After(w.at) || codes.Until.After(w.at.Add(2*kiosk.RotateStep+time.Second)) {
		t.Errorf("good until %s at %s", codes.Until, w.at)
	}
}

func (w *world) opaque(order kiosk.OrderID) (text string) {
	w.t.Helper()
	err := w.hq.View(w.t.Context(), func(tx hq.Tx) error {
		rec, err := orderAt(tx, "P1", order)
		for _, c := range rec.Codes {
			if c.Kind == kiosk.CodeOpaque {
				text = c.Text
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return text
}
