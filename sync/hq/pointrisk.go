package hq

import (
	"fmt"
	"net/url"
	"slices"

	"hexiao/kiosk"
)

// checkRisk checks what of a change concerns risk and codes.
func (c PointChange) checkRisk() error {
	for _, n := range []*int{c.StaleCount, c.ProvisionalCount} {
		if n != nil && *n < 0 {
			return fmt.Errorf("%w: counts cannot be negative", ErrInput)
		}
	}
	for _, f := range []*kiosk.Fen{c.ProvisionalValue, c.RotateFrom} {
		if f != nil && *f < 0 {
			return fmt.Errorf("%w: amounts cannot be negative", ErrInput)
		}
	}
	if c.CodeURL != nil && *c.CodeURL != "" {
		if _, err := codeURL(*c.CodeURL); err != nil {
			return err
		}
	}
	return nil
}

// takeRisk takes that over into a policy.
func (c PointChange) takeRisk(p *kiosk.Policy) {
	takeOver(&p.StaleCount, c.StaleCount)
	takeOver(&p.ProvisionalValue, c.ProvisionalValue)
	takeOver(&p.ProvisionalCount, c.ProvisionalCount)
	takeOver(&p.RotateFrom, c.RotateFrom)
	if c.CodeURL == nil {
		return
	}
	// The forms of digits stay; the defaults are written down, for a list that is
	// not empty takes their place.
	formats := slices.DeleteFunc(slices.Clone(p.WithDefaults().CodeFormats), func(f kiosk.CodeFormat) bool { return f.URLPrefix != "" })
	if f, err := codeURL(*c.CodeURL); err == nil {
		formats = append(formats, f)
	}
	p.CodeFormats = formats
}

// codeURL reads an address that ends in the parameter which holds the code. It
// returns ErrInput.
func codeURL(text string) (kiosk.CodeFormat, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || len(text) > maxCodeText || len(u.Query()) != 1 {
		return kiosk.CodeFormat{}, fmt.Errorf("%w: the address of codes must be one like https://shop.example/pick?code= with the parameter that holds the code", ErrInput)
	}
	f := kiosk.CodeFormat{URLPrefix: u.Scheme + "://" + u.Host + u.Path}
	for param := range u.Query() {
		f.URLParam = param
	}
	return f, nil
}
