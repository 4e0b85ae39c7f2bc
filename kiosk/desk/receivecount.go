package desk

import (
	"maps"
	"slices"
	"strconv"

	"hexiao/kiosk"
)

// mostCounted bounds what is typed for a product: six digits.
const mostCounted = 999_999

func (d *Desk) tapReceive(a Action, at kiosk.Moment) {
	_, products, there := d.openDelivery(at)
	if !there || d.receive.step == ReceiveChoose {
		return
	}
	switch d.receive.step {
	case ReceiveCount:
		d.tapCount(a, products)
	case ReceiveNumber:
		d.tapNumber(a, find(products, d.receive.product))
	case ReceiveWhy:
		if a == TapBack {
			d.receiveStep(ReceiveNumber)
		}
	case ReceiveSign:
		switch a {
		case TapBack:
			d.receiveStep(ReceiveCount)
		case TapConfirm:
			d.signFor(products, at)
		}
	case ReceiveDone:
		switch a {
		case TapPrintDelivery:
			d.begin(Job{Kind: JobPrint, Slip: SlipConsignment, Consignment: d.receive.open})
		case TapDone, TapBack, TapEnter:
			d.openReceive(at)
		}
	}
}

func (d *Desk) tapCount(a Action, products []Product) {
	r := &d.receive
	switch a {
	case TapAllHere:
		r.notice, r.refusal = ReceiveNothing, ""
		for _, p := range products {
			switch {
			case !p.Counted && p.Expected > 0:
				d.count(p.Key, Count{Good: p.Expected})
			case p.Differs():
				r.notice = ReceivePartCounted
			}
		}
	case TapRecount:
		delete(r.counts, r.open)
		r.last, r.notice, r.refusal = "", ReceiveNothing, ""
	case TapSign:
		if len(r.counts[r.open]) == 0 {
			r.notice = ReceiveNoneCounted
			return
		}
		d.receiveStep(ReceiveSign)
	case TapPrintDelivery:
		d.begin(Job{Kind: JobPrint, Slip: SlipConsignment, Consignment: r.open})
	case TapBack:
		r.open, r.last = "", ""
		d.receiveStep(ReceiveChoose)
	}
}

func (d *Desk) tapNumber(a Action, p Product) {
	if p.Key == "" { // HQ took it out of the delivery meanwhile
		d.receiveStep(ReceiveCount)
		return
	}
	switch a {
	case TapAllHere:
		d.count(p.Key, Count{Good: p.Expected})
		d.receiveStep(ReceiveCount)
	case TapRecount:
		delete(d.receive.counts[d.receive.open], p.Key)
		d.receiveStep(ReceiveCount)
	case TapErase:
		p.Good /= 10
		d.receive.typed = true
		d.countNumbers(p)
	case TapClear:
		p.Good = 0
		d.receive.typed = true
		d.countNumbers(p)
	case TapBack:
		d.receiveStep(ReceiveCount)
	case TapEnter:
		if !p.Counted { // nothing was tapped or typed: what stood there is what it is
			d.count(p.Key, Count{})
			p.Counted = true
		}
		if p.Damaged > 0 || p.Short() > 0 {
			d.receiveStep(ReceiveWhy)
			return
		}
		d.receiveStep(ReceiveCount)
	}
}

func (d *Desk) pickReceive(a Action, item string, at kiosk.Moment) {
	r := &d.receive
	if a == PickDelivery && r.step == ReceiveChoose {
		if slices.ContainsFunc(d.consignments(at), func(c Consignment) bool { return c.ID == item }) {
			r.open, r.last = item, ""
			d.receiveStep(ReceiveCount)
		}
		return
	}
	_, products, there := d.openDelivery(at)
	if !there {
		return
	}
	switch {
	case a == PickProduct && r.step == ReceiveCount:
		if p := find(products, item); p.Key != "" {
			r.product = item
			d.receiveStep(ReceiveNumber)
		}
	case (a == PickGood || a == PickDamaged) && (r.step == ReceiveNumber || r.step == ReceiveCount && r.last != ""):
		p := find(products, r.product)
		if r.step == ReceiveCount {
			p = find(products, r.last)
		}
		n, err := strconv.Atoi(item)
		if err != nil || n < 0 || n > mostCounted || p.Key == "" {
			return
		}
		r.typed = false
		if a == PickGood {
			p.Good = n
		} else {
			p.Damaged = n
		}
		d.countNumbers(p)
	case a == PickReason && r.step == ReceiveWhy:
		p := find(products, r.product)
		if p.Key == "" || !slices.Contains(kiosk.Reasons(), kiosk.Reason(item)) {
			return
		}
		d.count(p.Key, Count{Good: p.Good, Damaged: p.Damaged, Reason: kiosk.Reason(item)})
		d.receiveStep(ReceiveCount)
	}
}

// typeReceive is a digit of the number that is there.
func (d *Desk) typeReceive(r rune, at kiosk.Moment) {
	if d.receive.step != ReceiveNumber || r < '0' || r > '9' {
		return
	}
	_, products, there := d.openDelivery(at)
	p := find(products, d.receive.product)
	if !there || p.Key == "" {
		return
	}
	if !d.receive.typed {
		p.Good = 0 // the first digit begins a number anew
	}
	if n := p.Good*10 + int(r-'0'); n <= mostCounted {
		p.Good = n
	}
	d.receive.typed = true
	d.sound(SoundKey)
	d.countNumbers(p)
}

// countNumbers keeps a product's numbers. A reason that was given stays for as
// long as there is something to give one for.
func (d *Desk) countNumbers(p Product) {
	n := Count{Good: p.Good, Damaged: p.Damaged, Reason: p.Reason}
	if p.Damaged == 0 && p.Short() <= 0 {
		n.Reason = ""
	}
	d.count(p.Key, n)
}

func (d *Desk) count(key string, n Count) {
	r := &d.receive
	if r.counts == nil {
		r.counts = Counts{}
	}
	if r.counts[r.open] == nil {
		r.counts[r.open] = map[string]Count{}
	}
	r.counts[r.open][key] = n
}

// signFor records what was counted, in parts of kiosk.MaxConsignmentLines. What
// is not counted stays expected.
func (d *Desk) signFor(products []Product, at kiosk.Moment) {
	r := &d.receive
	var lines []kiosk.ReceivedLine
	var keys []string
	for _, p := range products {
		if p.Counted {
			lines = append(lines, kiosk.ReceivedLine{
				Product: p.Product, Spec: p.Spec, Supplier: p.Supplier, Expected: p.Expected,
				Good: p.Good, Damaged: p.Damaged, Reason: p.reason(),
			})
			keys = append(keys, p.Key)
		}
	}
	if len(lines) == 0 {
		d.receiveStep(ReceiveCount)
		return
	}
	d.keep(r.open)
	for len(lines) > 0 {
		n := min(len(lines), kiosk.MaxConsignmentLines)
		why, well := d.record(kiosk.GoodsReceived{Consignment: r.open, Lines: lines[:n:n], By: d.leader.who.ID}, at)
		if !well {
			return
		}
		if why != "" {
			r.refusal = why
			return
		}
		for _, key := range keys[:n] { // it is on disk, and must not be signed for twice
			delete(r.counts[r.open], key)
		}
		lines, keys = lines[n:], keys[n:]
	}
	delete(r.counts, r.open)
	r.all.drop()
	d.receiveStep(ReceiveDone)
	d.sound(SoundAccept)
}

// reason is the one that was given, or what the numbers say themselves.
func (p Product) reason() kiosk.Reason {
	switch {
	case p.Reason != "":
		return p.Reason
	case p.Damaged > 0:
		return kiosk.ReasonDamaged
	case p.Short() > 0:
		return kiosk.ReasonShort
	}
	return ""
}

// countScan counts the products whose barcodes are in view, one of each, while a
// leader receives a delivery. A barcode that no product of it has says so. false:
// the texts are answered as on any other screen, as a customer's pickup code is.
func (d *Desk) countScan(s Scan) bool {
	if d.screen != Receive {
		return false
	}
	texts := append([]string{s.Text}, s.Also...)
	if c, ok := d.scanned(texts, s.At); ok {
		d.leader.touch(s.At)
		d.countTexts(c, texts, s.Held)
		return true
	}
	for _, text := range texts {
		if _, product := kiosk.GTIN(text); !product {
			return false
		}
		if orders, err := d.o.Ledger.Opens(text); err != nil || len(orders) > 0 {
			return false
		}
	}
	if len(s.Held) < len(texts) {
		d.leader.touch(s.At)
		d.receive.notice = ReceiveUnknownCode
		if d.receive.step == ReceiveChoose && d.several(texts, s.At) {
			d.receive.notice = ReceiveWhichOne
		}
		d.sound(SoundRefuse)
	}
	return true
}

// scanned gives the consignment that has a product with one of the barcodes: the
// open one, or before one was opened the only one that expects it.
func (d *Desk) scanned(texts []string, at kiosk.Moment) (Consignment, bool) {
	var found []Consignment
	for _, c := range d.consignments(at) {
		if d.receive.step != ReceiveChoose && c.ID != d.receive.open || d.receive.step == ReceiveDone {
			continue
		}
		if slices.ContainsFunc(c.Lines, func(l ConsignmentLine) bool { return l.hasAny(texts) }) {
			found = append(found, c)
		}
	}
	if d.receive.step == ReceiveChoose {
		found = slices.DeleteFunc(found, func(c Consignment) bool {
			return !slices.ContainsFunc(c.Lines, func(l ConsignmentLine) bool { return l.hasAny(texts) && l.Expected > l.Good+l.Damaged })
		})
	}
	if len(found) != 1 {
		return Consignment{}, false
	}
	return found[0], true
}

// several reports whether more than one consignment has the product.
func (d *Desk) several(texts []string, at kiosk.Moment) bool {
	n := 0
	for _, c := range d.consignments(at) {
		if slices.ContainsFunc(c.Lines, func(l ConsignmentLine) bool { return l.hasAny(texts) }) {
			n++
		}
	}
	return n > 1
}

// countTexts adds one to every product that is shown anew.
func (d *Desk) countTexts(c Consignment, texts, held []string) {
	r := &d.receive
	before := maps.Clone(r.counts[c.ID])
	r.open = c.ID
	for _, text := range texts {
		i := slices.IndexFunc(c.Lines, func(l ConsignmentLine) bool { return l.hasAny([]string{text}) })
		if i < 0 || slices.Contains(held, text) {
			continue
		}
		key := productKey(c.Lines[i])
		n := before[key]
		n.Good = min(n.Good+1, mostCounted)
		if n.Good+n.Damaged >= c.Lines[i].Expected-c.Lines[i].Good-c.Lines[i].Damaged && n.Damaged == 0 {
			n.Reason = ""
		}
		d.count(key, n)
		r.last = key
		d.sound(SoundKey)
	}
	if r.step != ReceiveNumber || r.product != r.last {
		d.receiveStep(ReceiveCount)
	}
	r.notice, r.typed = ReceiveNothing, false
}

// hasAny reports whether one of the texts is the product's barcode.
func (l ConsignmentLine) hasAny(texts []string) bool {
	return slices.ContainsFunc(l.Barcodes, func(b string) bool {
		return slices.ContainsFunc(texts, func(t string) bool { return kiosk.SameBarcode(b, t) })
	})
}
