// Package invoicetitle reads to whom an invoice goes (发票抬头): tax numbers that
// are typed, and the QR codes that customers show for them. It is pure: no
// network, no clock.
//
// # Codes
//
// The State Taxation Administration's code (便捷开票二维码应用规范, 2017) says
// everything itself:
//
//	$ 01 base64( name </> tax number </> address and phone </> bank and account </> CRC ) $
//
// WeChat's code is a web address that only a platform with an account of
// WeChat's can resolve (its invoicescantitle interface). Of those the address
// itself is the title, for the platform to resolve: [Title.Link].
//
// # Limits
//
// Alipay's codes are numbers that Alipay alone can resolve, and that nothing
// tells from a pickup code: they are none here. Address, phone, bank and
// account are not kept: an e-invoice needs name and tax number alone.
package invoicetitle

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Errors of this package.
var (
	// ErrNoTitle is returned for a text that is no code of an invoice title.
	ErrNoTitle = errors.New("no invoice title")
	// ErrDamaged is returned for a code of an invoice title that cannot be used:
	// cut off, changed, or with a tax number that cannot be one.
	ErrDamaged = errors.New("damaged invoice title")
	// ErrTaxLength is returned for a tax number with another number of characters
	// than 15, 18 or 20.
	ErrTaxLength = errors.New("a tax number has 15, 18 or 20 characters")
	// ErrTaxCheck is returned for a tax number with a wrong character.
	ErrTaxCheck = errors.New("the tax number's check character does not fit")
)

const (
	maxName = 100 // characters of a name, from the code's rules
	maxLink = 512 // bytes of a web address
)

// Title is to whom an invoice goes.
type Title struct {
	Name string // of the company; empty: the platform knows it by the tax number
	Tax  string // its tax number; empty with a Link
	Link string // what the platform resolves; empty: Name and Tax say it
}

// Parse reads the text of a QR code. It returns ErrNoTitle or ErrDamaged; no
// error repeats the text.
func Parse(text string) (Title, error) {
	text = strings.TrimSpace(text)
	if link, ok := weChat(text); ok {
		return Title{Link: link}, nil
	}
	body, ok := strings.CutPrefix(text, "$01")
	if !ok {
		return Title{}, ErrNoTitle
	}
	if body, ok = strings.CutSuffix(body, "$"); !ok {
		return Title{}, fmt.Errorf("%w: it has no end", ErrDamaged)
	}
	raw, err := base64.StdEncoding.DecodeString(body)
	if err != nil {
		return Title{}, fmt.Errorf("%w: not in base64", ErrDamaged)
	}
	return fields(raw)
}

// weChat recognises the addresses of WeChat's codes, as its documentation of
// invoicescantitle shows them.
func weChat(text string) (string, bool) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Host != "mp.weixin.qq.com" || len(text) > maxLink {
		return "", false
	}
	return text, strings.HasPrefix(u.Path, "/intp/invoice/usertitle")
}

// fields takes a code's content apart. Programs write it in UTF-8 or in GBK; the
// check sum is over GBK in either case, by the rules' own example.
func fields(raw []byte) (Title, error) {
	gbk := simplifiedchinese.GB18030
	if !utf8.Valid(raw) {
		plain, err := gbk.NewDecoder().Bytes(raw)
		if err != nil {
			return Title{}, fmt.Errorf("%w: neither UTF-8 nor GBK", ErrDamaged)
		}
		raw = plain
	}
	parts := strings.Split(string(raw), "</>")
	if len(parts) != 5 {
		return Title{}, fmt.Errorf("%w: %d fields, not 5", ErrDamaged, len(parts))
	}
	sum, err := strconv.ParseUint(parts[4], 16, 16)
	if err != nil {
		return Title{}, fmt.Errorf("%w: no check sum", ErrDamaged)
	}
	summed := strings.TrimSuffix(string(raw), parts[4])
	inGBK, err := gbk.NewEncoder().Bytes([]byte(summed))
	if err != nil || crc16(inGBK) != uint16(sum) && crc16([]byte(summed)) != uint16(sum) {
		return Title{}, fmt.Errorf("%w: the check sum differs", ErrDamaged)
	}
	t := Title{Name: strings.TrimSpace(parts[0]), Tax: strings.ToUpper(strings.TrimSpace(parts[1]))}
	unseen := strings.ContainsFunc(t.Name, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar })
	if t.Name == "" || unseen || utf8.RuneCountInString(t.Name) > maxName || CheckTax(t.Tax) != nil {
		return Title{}, fmt.Errorf("%w: name or tax number cannot be right", ErrDamaged)
	}
	return t, nil
}

// crc16 is the rules' check sum: X^16 + X^15 + X^2 + 1, high bit first, from 0.
func crc16(b []byte) uint16 {
	var sum uint16
	for _, c := range b {
		sum ^= uint16(c) << 8
		for range 8 {
			carry := sum&0x8000 != 0
			if sum <<= 1; carry {
				sum ^= 0x8005
			}
		}
	}
	return sum
}
