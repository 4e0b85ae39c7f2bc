package screen

import (
	"cmp"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"

	"hexiao/kiosk"
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Receive takes deliveries in: which one, what is there of it, and the signature.
func Receive(k *look.Kit, s desk.State, on Actions) *View {
	w, r := k.Words, s.Receive
	title := w.Say("receive.title", look.Vars{"Delivery": r.Open.ID})
	switch {
	case !r.Known:
		return leaderPage(k, s, on, w.Say("section.receive"), waiting(k, "goods.opening"))
	case r.Step == desk.ReceiveCount:
		body, follow := receiveCount(k, s, on)
		v := leaderPage(k, s, on, title, body)
		v.follows(follow)
		return v
	case r.Step == desk.ReceiveNumber:
		body, follow := receiveNumber(k, s, on)
		v := goodsStep(k, s, on, join(r.Product.Product, r.Product.Spec, r.Product.Supplier), body)
		v.follows(follow)
		return v
	case r.Step == desk.ReceiveWhy:
		why := w.Say("receive.why", look.Vars{"Product": r.Product.Product, "Difference": difference(w, r.Product)})
		return goodsStep(k, s, on, why, receiveWhy(k, r, on))
	case r.Step == desk.ReceiveSign:
		return goodsStep(k, s, on, w.Say("receive.sign-head"), receiveSign(k, r, on))
	case r.Step == desk.ReceiveDone:
		return leaderPage(k, s, on, title, receiveDone(k, r, on))
	}
	body, follow := receiveChoose(k, s, on)
	v := leaderPage(k, s, on, w.Say("section.receive"), body)
	v.follows(follow)
	return v
}

// receiveChoose lists the deliveries, those that nobody signed for first.
func receiveChoose(k *look.Kit, s desk.State, on Actions) (fyne.CanvasObject, func(desk.State)) {
	w := k.Words
	note := receiveNotice(k, s.Receive)
	if len(s.Receive.Deliveries) == 0 {
		return under(k, empty(k, "truck", w.Say("receive.none"), w.Say("receive.none-why")), note), nil
	}
	rows := func(s desk.State) []look.Choice {
		out := make([]look.Choice, 0, len(s.Receive.Deliveries))
		for _, d := range s.Receive.Deliveries {
			out = append(out, deliveryRow(w, s, d, on))
		}
		return out
	}
	list := k.Choices(rows(s))
	return under(k, list, note), func(s desk.State) { list.Set(rows(s)) }
}

func deliveryRow(w *look.Words, s desk.State, d desk.Delivery, on Actions) look.Choice {
	c := look.Choice{
		Icon: "truck", Title: d.ID, Note: join(w.Count("receive.orders", d.Orders), deliveryWhen(w, s, d)),
		Right: "× " + look.Thousands(d.Units), Chevron: true, Tapped: on.pick(desk.PickDelivery, d.ID),
	}
	switch {
	case d.Counted > 0:
		c.Tag, c.Ground = w.Say("receive.counting"), look.Wait
	case !d.SignedAt.IsZero() && d.Units > 0:
		c.Tag, c.Ground = w.Say("receive.partly"), look.Wait
	case !d.SignedAt.IsZero():
		c.Icon, c.Tag, c.Ground, c.Right = "package-check", w.Say("receive.signed"), look.BrandSoft, ""
	}
	return c
}

// deliveryWhen says when it was signed for, or else when it should come.
func deliveryWhen(w *look.Words, s desk.State, d desk.Delivery) string {
	switch {
	case !d.SignedAt.IsZero():
		return w.Say("receive.signed-by", look.Vars{"When": when(w, d.SignedAt, s.Header.Now), "Name": d.SignedBy})
	case !d.ExpectedAt.IsZero():
		return w.Say("receive.expected", look.Vars{"When": when(w, d.ExpectedAt, s.Header.Now)})
	}
	return ""
}

func receiveNotice(k *look.Kit, r desk.ReceiveState) fyne.CanvasObject {
	if r.Refusal != "" {
		return refusalRemark(k, r.Refusal)
	}
	if r.Notice == desk.ReceiveNothing {
		return nil
	}
	return remark(k, "circle-alert", k.Words.Say("receive.notice."+string(r.Notice)), look.Wait)
}

// receiveCount lists what should be in the delivery beside what was counted.
func receiveCount(k *look.Kit, s desk.State, on Actions) (fyne.CanvasObject, func(desk.State)) {
	w, r := k.Words, s.Receive
	rows := func(s desk.State) []look.Choice {
		out := make([]look.Choice, 0, len(s.Receive.Products))
		for _, p := range s.Receive.Products {
			out = append(out, productRow(w, p, on))
		}
		return out
	}
	list := k.Choices(rows(s))
	product, count := scannedWords(w, r)
	scanned := k.Text(product, look.Style{Size: look.TextBody, Role: look.Brand, OneLine: true})
	counted := k.Text(count, look.Style{Size: look.TextBody, Role: look.Brand, Bold: true, OneLine: true})
	ways := []fyne.CanvasObject{k.Button(look.Plain, "arrow-left", w.Say("goods.back"), on.tap(desk.TapBack))}
	switch {
	case r.Open.Counted > 0 && r.Open.Counted >= r.Open.Products:
		ways = append(ways, k.Button(look.Plain, "rotate-ccw", w.Say("receive.recount"), on.tap(desk.TapRecount)))
	case r.Open.Units > 0:
		id := "receive.all-here"
		if r.Open.Counted > 0 { // what was counted keeps its count
			id = "receive.rest-here"
		}
		ways = append(ways, k.Button(look.Plain, "check-check", w.Say(id), on.tap(desk.TapAllHere)))
	}
	if r.Open.Counted > 0 || r.Open.SignedAt.IsZero() {
		ways = append(ways, k.Button(look.Main, "clipboard-check", w.Say("receive.sign"), on.tap(desk.TapSign)))
	} else {
		ways = append(ways, k.Button(look.Plain, "printer", w.Say("goods.print"), on.tap(desk.TapPrintDelivery)))
	}
	hint := k.Card(look.BrandSoft, false, look.Space2, look.Space1,
		k.Row(look.Space2, look.Share{Object: k.Icon("scan-line", look.Brand, 36)}, look.Share{Object: k.Column(0, scanned, counted), Weight: 1}))
	return under(k, beside(k, list, []fyne.CanvasObject{hint}, ways...), receiveNotice(k, r)), func(s desk.State) {
		list.Set(rows(s))
		product, count := scannedWords(w, s.Receive)
		scanned.SetWords(product)
		counted.SetWords(count)
	}
}

// scannedWords says what the last scan counted, in two lines, or what one may do.
func scannedWords(w *look.Words, r desk.ReceiveState) (product, count string) {
	if r.Last.Key == "" {
		return w.Say("receive.scan"), w.Say("receive.or-tap")
	}
	return r.Last.Product, look.Thousands(r.Last.Good) + " / " + look.Thousands(r.Last.Expected)
}

func productRow(w *look.Words, p desk.Product, on Actions) look.Choice {
	c := look.Choice{
		Icon: "package", Title: p.Product, Note: cmp.Or(p.Spec, p.Supplier), Right: "— / " + look.Thousands(p.Expected),
		Chevron: true, Tapped: on.pick(desk.PickProduct, p.Key),
	}
	switch {
	case p.Counted:
		c.Icon, c.Right = "package-check", look.Thousands(p.Good)+" / "+look.Thousands(p.Expected)
		if p.Differs() {
			c.Icon, c.Note, c.Tag, c.Ground = "package-x", difference(w, p), signed(p.Good-p.Expected), look.Refuse
			if p.Short() < 0 && p.Damaged == 0 {
				c.Icon, c.Ground = "package-plus", look.Wait
			}
		}
	case p.Expected == 0:
		c.Icon, c.Right = "package-check", look.Thousands(p.Before)
		c.Tag, c.Ground = w.Say("receive.signed"), look.BrandSoft
	}
	return c
}

// signed writes a difference with its sign.
func signed(n int) string {
	if n > 0 {
		return "+" + look.Thousands(n)
	}
	return "−" + look.Thousands(-n)
}

// difference says what is wrong with a product in a word or two.
func difference(w *look.Words, p desk.Product) string {
	var parts []string
	switch short := p.Short(); {
	case short > 0:
		parts = append(parts, w.Say("receive.short", look.Vars{"N": look.Thousands(short)}))
	case short < 0:
		parts = append(parts, w.Say("receive.over", look.Vars{"N": look.Thousands(-short)}))
	}
	if p.Damaged > 0 {
		parts = append(parts, w.Say("receive.damaged", look.Vars{"N": look.Thousands(p.Damaged)}))
	}
	return strings.Join(parts, " ")
}

// receiveNumber counts one product: steppers, and a keypad for the whole number.
func receiveNumber(k *look.Kit, s desk.State, on Actions) (fyne.CanvasObject, func(desk.State)) {
	w, p := k.Words, s.Receive.Product
	set := func(a desk.Action) func(int) { return func(n int) { on.Pick(a, strconv.Itoa(n)) } }
	good := k.Stepper(look.StepperOptions{Value: p.Good, Most: 999_999, Words: w.Say("receive.good"), Changed: set(desk.PickGood)})
	damaged := k.Stepper(look.StepperOptions{Value: p.Damaged, Most: 999_999, Words: w.Say("receive.damaged-count"), Changed: set(desk.PickDamaged)})
	status := k.Text(numberWords(w, p), look.Style{Size: look.TextBody, Role: look.Ink, Bold: true})
	side := k.Dock(look.Space2,
		k.Fit(k.Column(look.Space2, status, good, damaged)),
		feet(k,
			k.Button(look.Plain, "arrow-left", w.Say("goods.back"), on.tap(desk.TapBack)),
			k.Button(look.Plain, "check-check", w.Say("receive.this-all"), on.tap(desk.TapAllHere))))
	keys := k.Keypad(w.Say("keypad.enter"), look.KeypadActions{Digit: on.Key, Erase: on.tap(desk.TapErase), Enter: on.tap(desk.TapEnter)})
	return k.Split(0.56, 0.4, side, keys), func(s desk.State) {
		good.Set(s.Receive.Product.Good)
		damaged.Set(s.Receive.Product.Damaged)
		status.SetWords(numberWords(w, s.Receive.Product))
	}
}

// numberWords says how many should be there, and what is different.
func numberWords(w *look.Words, p desk.Product) string {
	expected := w.Say("receive.expects", look.Vars{"N": look.Thousands(p.Expected)})
	if !p.Counted {
		return expected
	}
	return join(expected, difference(w, p))
}

// receiveWhy asks why some are short or damaged.
func receiveWhy(k *look.Kit, r desk.ReceiveState, on Actions) fyne.CanvasObject {
	w, p := k.Words, r.Product
	var rows []look.Choice
	for _, reason := range deliveryReasons(p) {
		ticked := reason == p.Reason
		rows = append(rows, look.Choice{
			Title: reasonWords(w, reason), Ticked: &ticked, Tapped: on.pick(desk.PickReason, string(reason)),
		})
	}
	return beside(k, k.Choices(rows), nil, k.Button(look.Plain, "arrow-left", w.Say("goods.back"), on.tap(desk.TapBack)))
}

// deliveryReasons are those that a delivery can have, the likely one first.
func deliveryReasons(p desk.Product) []kiosk.Reason {
	if p.Damaged > 0 {
		return []kiosk.Reason{kiosk.ReasonDamaged, kiosk.ReasonSpoilt, kiosk.ReasonShort, kiosk.ReasonWrong, kiosk.ReasonOther}
	}
	return []kiosk.Reason{kiosk.ReasonShort, kiosk.ReasonWrong, kiosk.ReasonDamaged, kiosk.ReasonSpoilt, kiosk.ReasonOther}
}

// receiveSign shows what is signed for: the differences, and what stays expected.
func receiveSign(k *look.Kit, r desk.ReceiveState, on Actions) fyne.CanvasObject {
	w := k.Words
	var items []look.Item
	open := 0
	for _, p := range r.Products {
		if p.Differs() {
			reason := ""
			if p.Reason != "" {
				reason = reasonWords(w, p.Reason)
			}
			row := productRow(w, p, on)
			items = append(items, look.Item{
				Icon: row.Icon, Title: p.Product, Note: join(row.Note, reason), Tag: row.Tag, Ground: row.Ground, Quantity: row.Right,
			})
		}
		if !p.Counted && p.Expected > 0 {
			open++
		}
	}
	sum := k.Text(join(w.Count("receive.kinds", r.Open.Counted), w.Count("order.units", r.Open.Here)), look.Style{Size: look.TextLead, Role: look.Ink, Bold: true})
	notes := []fyne.CanvasObject{sum}
	if open > 0 {
		notes = append(notes, remark(k, "clock", w.Count("receive.stays", open), look.Wait))
	}
	var body fyne.CanvasObject = k.List(items)
	if len(items) == 0 {
		body = empty(k, "check-check", w.Say("receive.fits"), "")
	}
	return under(k, beside(k, body, notes,
		k.Button(look.Plain, "arrow-left", w.Say("goods.back"), on.tap(desk.TapBack)),
		k.Button(look.Main, "clipboard-check", w.Say("receive.sign-now"), on.tap(desk.TapConfirm))), receiveNotice(k, r))
}

// receiveDone says that it is signed for; it is drawn only after that is on disk.
func receiveDone(k *look.Kit, r desk.ReceiveState, on Actions) fyne.CanvasObject {
	w := k.Words
	panel := look.PanelWords{
		Ground: look.Accept, Icon: "circle-check", Headline: w.Say("receive.done"),
		Lead: w.Say("receive.done-lead", look.Vars{"Delivery": r.Open.ID}),
	}
	if r.Open.Units > 0 {
		panel.Foot = w.Count("receive.done-open", r.Open.Units)
	}
	return doneBody(k, panel,
		k.Button(look.Plain, "printer", w.Say("goods.print"), on.tap(desk.TapPrintDelivery)),
		k.Button(look.Main, "check", w.Say("result.done"), on.tap(desk.TapDone)))
}

// doneBody is a panel with the ways on beside it.
func doneBody(k *look.Kit, panel look.PanelWords, ways ...fyne.CanvasObject) fyne.CanvasObject {
	return k.Split(0.55, 0.5, k.Panel(panel), k.Middle(look.Space2, ways...))
}
