package screen

import (
	"hexiao/kiosk/desk"
	"hexiao/kiosk/ui/look"
)

// Invoice asks for whom an e-invoice is: a person, or a company with its tax
// number, typed or from the code of its title; or shows the platform's page.
func Invoice(k *look.Kit, s desk.State, on Actions) *View {
	switch i := s.Invoice; {
	case i.Step == desk.InvoicePage:
		return invoicePage(k, s, on)
	case i.Step == desk.InvoiceCompany && (i.Title != "" || i.Linked):
		return invoiceTitled(k, s, on)
	case i.Step == desk.InvoiceCompany:
		return invoiceTyped(k, s, on)
	default:
		return invoiceWhose(k, s, on)
	}
}

func invoiceHead(k *look.Kit, id string) *look.Text {
	return k.Text(k.Words.Say(id), look.Style{Size: look.TextSection, Role: look.Ink, Bold: true})
}

func invoiceBack(k *look.Kit, s desk.State, on Actions, id string) (*look.Button, *look.Ring) {
	countdown := ring(k, s, look.Plain)
	return counting(k.Button(look.Plain, "", k.Words.Say(id), on.tap(desk.TapBack)), countdown), countdown
}

func invoiceWhose(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	back, countdown := invoiceBack(k, s, on, "invoice.skip")
	hint := k.Text(w.Say("invoice.whose-hint"), look.Style{Size: look.TextLead, Role: look.Muted})
	company := k.Button(look.Plain, "store", w.Say("invoice.company"), on.tap(desk.TapCompany))
	if !s.Invoice.Company {
		company.Hide()
	}
	doors := k.Middle(look.Space3, k.Button(look.Main, "user-round", w.Say("invoice.personal"), on.tap(desk.TapPersonal)), company, back)
	v := page(k, s, on, k.Split(0.5, 0.4, k.Fit(k.Middle(look.Space3, invoiceHead(k, "invoice.whose"), hint)), doors))
	v.ring = countdown
	return v
}

// invoiceTyped takes a tax number by the keyboard on the screen, while scanners
// wait for the code of a title.
func invoiceTyped(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	back, countdown := invoiceBack(k, s, on, "keypad.back")
	field := k.Field("")
	note := k.Note(taxNote(w, s.Invoice))
	follow := func(s desk.State) {
		field.Set(grouped(s.Invoice.Tax), w.Say("invoice.tax-hint"))
		note.Set(taxNote(w, s.Invoice))
	}
	follow(s)
	keys := k.Letters(look.LettersActions{
		Key: on.Key, Erase: on.tap(desk.TapErase), Enter: on.tap(desk.TapSend), EnterWords: w.Say("invoice.send-short"),
	})
	head := invoiceHead(k, "invoice.tax")
	top := k.Column(look.Space3, head, field, note, back)
	if !k.Upright() {
		top = k.Row(look.Space3,
			look.Share{Object: k.Middle(look.Space1, head, field), Weight: 1.5},
			look.Share{Object: k.Middle(look.Space1, note, back), Weight: 1})
	}
	v := page(k, s, on, k.Dock(look.Space2, k.Fit(top), keys))
	v.ring, v.follow = countdown, follow
	return v
}

// taxNote says what is wrong with the number or the code, or else that a code
// will do.
func taxNote(w *look.Words, i desk.InvoiceState) look.NoteWords {
	if i.Fault == desk.InvoiceFine {
		return look.NoteWords{Icon: "qr-code", Words: w.Say("invoice.scan")}
	}
	return look.NoteWords{Icon: "circle-alert", Words: w.Say("invoice.fault." + string(i.Fault)), Alarm: true}
}

// grouped parts a tax number into fours, as people compare it.
func grouped(tax string) string {
	var out []byte
	for i := range len(tax) {
		if i > 0 && i%4 == 0 {
			out = append(out, ' ')
		}
		out = append(out, tax[i])
	}
	return string(out)
}

// invoiceTitled shows the company of a code before anything is asked for.
func invoiceTitled(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	back, countdown := invoiceBack(k, s, on, "keypad.back")
	name, number := s.Invoice.Title, grouped(s.Invoice.Tax)
	if s.Invoice.Linked {
		name, number = w.Say("invoice.linked"), w.Say("invoice.linked-hint")
	}
	send := k.Button(look.Main, "receipt-text", w.Say("invoice.send"), on.tap(desk.TapSend))
	title := k.Card(look.Surface, true, look.Space4, look.Space4, k.Fit(k.Middle(look.Space2,
		k.Text(name, look.Style{Size: look.TextNumber, Role: look.Ink, Bold: true}),
		k.Text(number, look.Style{Size: look.TextLead, Role: look.Ink}))))
	fault := look.NoteWords{}
	if s.Invoice.Fault != desk.InvoiceFine {
		fault = taxNote(w, s.Invoice)
	}
	note := k.Note(fault)
	side := k.Fit(k.Middle(look.Space3, invoiceHead(k, "invoice.titled"), note))
	ways := k.Row(look.Space2, look.Share{Object: back, Weight: 1}, look.Share{Object: send, Weight: 1.6})
	v := page(k, s, on, k.Split(0.4, 0.3, side, k.Middle(look.Space3, title, ways)))
	v.ring = countdown
	v.follow = func(s desk.State) {
		fault := look.NoteWords{}
		if s.Invoice.Fault != desk.InvoiceFine {
			fault = taxNote(w, s.Invoice)
		}
		note.Set(fault)
	}
	return v
}

// invoicePage shows the way to the platform's page.
func invoicePage(k *look.Kit, s desk.State, on Actions) *View {
	w := k.Words
	countdown := ring(k, s, look.Main)
	parts := []look.Share{}
	if s.Invoice.More {
		parts = append(parts, look.Share{Object: k.Button(look.Plain, "chevron-right", w.Say("invoice.next"), on.tap(desk.TapNextPage)), Weight: 1})
	}
	parts = append(parts, look.Share{Object: counting(k.Button(look.Main, "", w.Say("result.done"), on.tap(desk.TapDone)), countdown), Weight: 1})
	number := ""
	if s.Invoice.Number != "" {
		number = w.Say("order.number", look.Vars{"Number": s.Invoice.Number})
	}
	side := k.Fit(k.Middle(look.Space3, invoiceHead(k, "invoice.page"),
		k.Text(w.Say("invoice.page-hint"), look.Style{Size: look.TextLead, Role: look.Muted}),
		k.Text(number, look.Style{Size: look.TextNumber, Role: look.Ink, Bold: true})))
	v := page(k, s, on, k.Split(0.5, 0.5, k.Code(s.Invoice.Page), k.Dock(look.Space3, side, k.Row(look.Space2, parts...))))
	v.ring = countdown
	return v
}
