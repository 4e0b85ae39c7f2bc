package main

import (
	"bufio"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"hexiao/cmd/internal/cli"
	"hexiao/cmd/internal/terminal"
	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/journal"
	"hexiao/kiosk/signedcode"
)

type codeCmd struct {
	Inspect codeInspectCmd `cmd:"" help:"Say what a pickup code says, and what a scan of it would lead to now; nothing is recorded."`
}

type codeInspectCmd struct {
	dataFlag
	Code string `arg:"" help:"The code; - reads it from standard input, where no list of processes shows it."`
}

// inspected is what inspect prints: neither the code nor a name.
type inspected struct {
	Kind  string     `json:"kind"` // opaque, rotating, typed, platform, proxy, voucher; none: no pickup code
	Valid bool       `json:"valid"`
	Why   string     `json:"why,omitempty"` // it is not, or cannot be told
	ID    string     `json:"id,omitempty"`  // of a signed code
	From  *time.Time `json:"from,omitempty"`
	Until *time.Time `json:"until,omitempty"`
	// What a voucher says of an order.
	Point kiosk.PointID `json:"point,omitempty"`
	Order kiosk.OrderID `json:"order,omitempty"`
	Units int           `json:"units,omitempty"`
	Value kiosk.Fen     `json:"value,omitempty"` // in fen
	// Orders that it opens: of the set, or the one that a voucher is good for.
	Orders []inspectedOrder `json:"orders,omitempty"`
}

type inspectedOrder struct {
	Order   kiosk.OrderID  `json:"order"`
	Verdict kiosk.Verdict  `json:"verdict"`           // of a scan now
	Lines   []kiosk.LineID `json:"lines,omitempty"`   // that it would hand over, or hold
	OfCode  bool           `json:"of_code,omitempty"` // the verdict is the code's, not the order's
}

// Run prints one JSON line.
func (c *codeInspectCmd) Run(s *cli.IO) error {
	text := c.Code
	if text == "-" {
		line, err := bufio.NewReader(io.LimitReader(s.Stdin, 2*kiosk.MaxCodeBytes)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("read the code: %w", err)
		}
		text = strings.TrimSpace(line)
	}
	folder, err := terminal.OpenFolder(c.Data)
	if err != nil {
		return err
	}
	store, err := terminal.OpenStore(folder, rand.Reader, s.Now, s.Log())
	if errors.Is(err, journal.ErrLocked) {
		return fmt.Errorf("the terminal is running and has the orders: stop it first, or scan the code there: %w", err)
	}
	if err != nil {
		return err
	}
	out, err := inspect(folder, store, text, s.Now())
	if err = errors.Join(err, store.Close()); err != nil {
		return err
	}
	return s.JSON(out)
}

func inspect(folder terminal.Folder, store desk.Ledger, text string, now time.Time) (inspected, error) {
	if _, err := folder.HQKey(); err != nil {
		return inspected{}, err
	}
	out := readCode(text, store.Point(), folder.Ring.Keys()...)
	if out.Why != "" {
		return out, nil
	}
	a, err := store.Peek(desk.Scan{Text: text, Source: "inspect", At: kiosk.Moment{Wall: now.UTC()}})
	if err != nil {
		return out, err
	}
	for _, o := range a.Outcomes {
		if o.Order.ID == "" {
			continue
		}
		one := inspectedOrder{Order: o.Order.ID, Verdict: o.Verdict, OfCode: o.OfProxy || o.OfCode}
		for _, h := range o.Lines {
			one.Lines = append(one.Lines, h.Line)
		}
		out.Orders = append(out.Orders, one)
	}
	out.Valid = a.Verdict == kiosk.Accepted || a.Verdict == kiosk.Provisional || a.Verdict.ForLeader()
	switch {
	case len(out.Orders) == 0 && a.Verdict == kiosk.Revoked:
		out.Why = string(a.Verdict)
	case len(out.Orders) == 0:
		out.Why = "it opens no order of the set"
	case !out.Valid:
		out.Why = string(a.Verdict)
	}
	return out, nil
}

// readCode is what the code says by itself, by all keys that HQ ever told of: a scan
// says which of them count.
func readCode(text string, point kiosk.Point, keys ...ed25519.PublicKey) inspected {
	codes, err := kiosk.ParseCode(text, point.Policy.WithDefaults().CodeFormats)
	if err != nil {
		return inspected{Kind: "none", Why: "no pickup code that this point uses"}
	}
	out := inspected{Kind: kindOf(codes[0].Kind)}
	switch codes[0].Kind {
	case kiosk.CodeSigned:
	case kiosk.CodeRotating:
		_, shown := codes[0].Rotation()
		until := shown.Add(2 * kiosk.RotateStep)
		out.From, out.Until = &shown, &until
		return out
	default:
		return out
	}
	if signedcode.IsVoucher(codes[0].Text) {
		return readVoucher(codes[0].Text, point, keys)
	}
	grant, err := signedcode.Decode(codes[0].Text, keys...)
	if err != nil {
		out.Why = err.Error()
		return out
	}
	out.ID, out.From, out.Until = grant.Code.String(), &grant.From, &grant.Until
	return out
}

func readVoucher(text string, point kiosk.Point, keys []ed25519.PublicKey) inspected {
	points := []kiosk.PointID{point.ID}
	for _, n := range point.Neighbours {
		points = append(points, n.ID)
	}
	v, err := signedcode.DecodeVoucher(text, points, keys...)
	if err != nil {
		return inspected{Kind: "voucher", Why: err.Error()}
	}
	return inspected{Kind: "voucher", ID: v.Code.String(), From: &v.From, Until: &v.Until, Point: v.Point, Order: v.Order, Units: v.Units, Value: v.Value}
}

func kindOf(k kiosk.CodeKind) string {
	switch k {
	case kiosk.CodeOpaque:
		return "opaque"
	case kiosk.CodeRotating:
		return "rotating"
	case kiosk.CodeTyped:
		return "typed"
	case kiosk.CodeSigned:
		return "proxy"
	}
	return "platform"
}
