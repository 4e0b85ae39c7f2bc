package invoicetitle_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"

	"hexiao/kiosk/invoicetitle"
)

// The example of GB 32100-2015, and its neighbours.
func TestCheckTax(t *testing.T) {
	for number, want := range map[string]error{
		"91350100M000100Y43":    nil,
		"91350100M000100Y44":    invoicetitle.ErrTaxCheck,
		"91350100M000010Y43":    invoicetitle.ErrTaxCheck,
		"91350100M0OO100Y43":    invoicetitle.ErrTaxCheck,
		"11010519491231002X":    nil, // the example of GB 11643-1999
		"110105194912310021":    invoicetitle.ErrTaxCheck,
		"440524188001010014":    nil,
		"310115132215135":       nil,
		"31011519491231002X00":  nil,
		"":                      invoicetitle.ErrTaxLength,
		"9135":                  invoicetitle.ErrTaxLength,
		"91350100M000100Y430":   invoicetitle.ErrTaxLength,
		"91350100M000100Y43000": invoicetitle.ErrTaxLength,
		"91350100m000100y43":    invoicetitle.ErrTaxCheck,
		"31011513221513 ":       invoicetitle.ErrTaxCheck,
	} {
		if got := invoicetitle.CheckTax(number); !errors.Is(got, want) || (got == nil) != (want == nil) {
			t.Errorf("%q: got %v, want %v", number, got, want)
		}
	}
}

// Every slip of one character is caught.
func TestCheckTaxCatchesSlips(t *testing.T) {
	const number, digits = "91350100M000100Y43", "0123456789ABCDEFGHJKLMNPQRTUWXY"
	for i := range number {
		for _, c := range digits {
			slip := number[:i] + string(c) + number[i+1:]
			if got := invoicetitle.CheckTax(slip); (got == nil) != (slip == number) {
				t.Errorf("%q: %v", slip, got)
			}
		}
	}
}

// sum is the check sum by the bit, as programs that make such codes compute it.
func sum(b []byte) uint16 {
	var s uint16
	for _, c := range append(b[:len(b):len(b)], 0, 0) {
		for bit := 7; bit >= 0; bit-- {
			high := s >> 15
			s = s<<1 | uint16(c>>bit&1)
			if high == 1 {
				s ^= 0x8005
			}
		}
	}
	return s
}

func code(content []byte) string {
	return "$01" + base64.StdEncoding.EncodeToString(content) + "$"
}

func gbk(t *testing.T, s string) []byte {
	t.Helper()
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func summed(text string, over []byte, plain bool) string {
	const hex = "0123456789ABCDEF"
	out := ""
	for shift := 12; shift >= 0; shift -= 4 {
		if d := sum(over) >> shift & 15; d != 0 || out != "" || !plain {
			out += string(hex[d])
		}
	}
	return text + out
}

const (
	fields = "上海幸福里百货有限公司</>91350100M000100Y43</>上海市中山路1号|021-55551234</>工商银行 6222</>"
	weChat = "https://mp.weixin.qq.com/intp/invoice/usertitlewxa?action=list_auth&invoice_key=anM3bWFaUUkw#wechat_redirect"
)

func TestParse(t *testing.T) {
	company := invoicetitle.Title{Name: "上海幸福里百货有限公司", Tax: "91350100M000100Y43"}
	lead := fields // a name whose sum begins with a nought, which many programs do not write
	for n := 0; sum(gbk(t, lead)) > 0xfff; n++ {
		lead = strings.Repeat("里", n%40+1) + fields
	}
	for name, c := range map[string]struct {
		text string
		want invoicetitle.Title
		err  error
	}{
		"UTF-8, sum over GBK":   {text: code([]byte(summed(fields, gbk(t, fields), false))), want: company},
		"UTF-8, sum over UTF-8": {text: code([]byte(summed(fields, []byte(fields), false))), want: company},
		"GBK":                   {text: code(gbk(t, summed(fields, gbk(t, fields), false))), want: company},
		"spaces around":         {text: " " + code([]byte(summed(fields, gbk(t, fields), false))) + " ", want: company},
		"a short sum": {text: code([]byte(summed(lead, gbk(t, lead), true))),
			want: invoicetitle.Title{Name: strings.TrimSuffix(lead, strings.TrimPrefix(fields, company.Name)), Tax: company.Tax}},
		"WeChat":              {text: weChat, want: invoicetitle.Title{Link: weChat}},
		"WeChat elsewhere":    {text: "https://mp.weixin.qq.com/s/article", err: invoicetitle.ErrNoTitle},
		"WeChat, long":        {text: weChat + strings.Repeat("x", 600), err: invoicetitle.ErrNoTitle},
		"WeChat's look":       {text: "https://mp.weixin.qq.com.evil.example/intp/invoice/usertitlewxa", err: invoicetitle.ErrNoTitle},
		"a pickup code":       {text: "3184027751", err: invoicetitle.ErrNoTitle},
		"empty":               {err: invoicetitle.ErrNoTitle},
		"no end":              {text: strings.TrimSuffix(code([]byte(fields)), "$"), err: invoicetitle.ErrDamaged},
		"no base64":           {text: "$01公司$", err: invoicetitle.ErrDamaged},
		"neither encoding":    {text: code([]byte{0xff, 0xff, 0x30}), err: invoicetitle.ErrDamaged},
		"wrong sum":           {text: code([]byte(fields + "0000")), err: invoicetitle.ErrDamaged},
		"no sum":              {text: code([]byte(fields)), err: invoicetitle.ErrDamaged},
		"sum of letters":      {text: code([]byte(fields + "zz")), err: invoicetitle.ErrDamaged},
		"too few fields":      {text: code([]byte("甲</>乙</>0")), err: invoicetitle.ErrDamaged},
		"no name":             {text: whole(t, "", company.Tax), err: invoicetitle.ErrDamaged},
		"a long name":         {text: whole(t, strings.Repeat("长", 101), company.Tax), err: invoicetitle.ErrDamaged},
		"control characters":  {text: whole(t, "甲\a", company.Tax), err: invoicetitle.ErrDamaged},
		"a wrong tax number":  {text: whole(t, "甲", "91350100M000100Y44"), err: invoicetitle.ErrDamaged},
		"a number that lacks": {text: whole(t, "甲", ""), err: invoicetitle.ErrDamaged},
	} {
		got, err := invoicetitle.Parse(c.text)
		if diff := cmp.Diff(c.want, got); diff != "" || !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

func whole(t *testing.T, name, tax string) string {
	text := name + "</>" + tax + "</></></>"
	return code([]byte(summed(text, gbk(t, text), false)))
}

// A code that lost or changed one byte on the way is not taken for another company.
func FuzzParse(f *testing.F) {
	f.Add("$01")
	f.Add(code([]byte(fields)))
	f.Add(weChat)
	f.Fuzz(func(t *testing.T, text string) {
		title, err := invoicetitle.Parse(text)
		switch {
		case err != nil && title != invoicetitle.Title{}:
			t.Error("a title beside an error")
		case err == nil && title.Link == "" && (title.Name == "" || invoicetitle.CheckTax(title.Tax) != nil):
			t.Errorf("a title without name or number")
		}
	})
}
