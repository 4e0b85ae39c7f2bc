package ordertable

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"hexiao/kiosk"
)

// anyPoint stands for the point, which the importer fills in, while an order is
// validated.
const anyPoint = kiosk.PointID("point")

// maxCell bounds a cell's text, in characters; screens show much less.
const maxCell = 200

// group is an order while its rows come in.
type group struct {
	entry Entry
	rows  []int           // line numbers of its rows
	bad   map[int]bool    // those of them that were named already; most orders have none
	head  [columns]string // what its rows said of the whole order
}

func (o *group) spoil(line int) {
	if o.bad == nil {
		o.bad = map[int]bool{}
	}
	o.bad[line] = true
}

// grouper makes orders of rows.
type grouper struct {
	options Options
	unit    string // what a row is called in messages; empty: line
	table   Table
	orders  map[kiosk.OrderID]*group
	ids     []kiosk.OrderID // as they first appear
	last    *group          // of the row before; nil: it had none
	goods   *goodsReader
	noted   int // rows that were left out with a note
}

func (g *grouper) problem(line int, order kiosk.OrderID, format string, args ...any) {
	unit := g.unit
	if unit == "" {
		unit = "line"
	}
	text := fmt.Sprintf("%s %d: ", unit, line) + fmt.Sprintf(format, args...)
	g.table.Problems = append(g.table.Problems, Problem{Line: line, Order: order, Text: text})
}

// add takes one row. It returns ErrTooLarge after too many.
func (g *grouper) add(r row) error {
	if g.table.Rows++; g.table.Rows > MaxRows {
		return fmt.Errorf("%w: more than %d rows; split it", ErrTooLarge, MaxRows)
	}
	switch {
	case r.left:
		g.table.Left++
		return nil
	case r.isTotal():
		g.note(r.line, "is taken for a row of totals and left out")
		return nil
	case !r.tells:
		g.note(r.line, "has nothing in the columns that are used, and is left out")
		return nil
	}
	id := kiosk.OrderID(r.cell[colOrder])
	if id == "" {
		g.orphan(r)
		return nil
	}
	id = kiosk.OrderID(g.options.Mapping.Prefix) + id
	if valid := probe(id).Validate() == nil; !valid {
		g.problem(r.line, "", "the order id must be short text without control characters")
		return nil
	}
	o := g.orders[id]
	if o == nil {
		o = &group{}
		o.entry.Order.ID = id
		g.orders[id] = o
		g.ids = append(g.ids, id)
	}
	g.last = o
	o.rows = append(o.rows, r.line)
	if err := g.fill(o, r); err != nil {
		o.spoil(r.line)
		g.problem(r.line, id, "order %s: %v", id, err)
	}
	return nil
}

// maxNotes bounds what is said of rows that were left out, one by one.
const maxNotes = 50

func (g *grouper) note(line int, text string) {
	g.table.Left++
	unit := g.unit
	if unit == "" {
		unit = "line"
	}
	switch g.noted++; {
	case g.noted <= maxNotes:
		g.table.Notes = append(g.table.Notes, fmt.Sprintf("%s %d %s", unit, line, text))
	case g.noted == maxNotes+1:
		g.table.Notes = append(g.table.Notes, "there are more such rows")
	}
}

// isTotal tells a row of sums below the orders: it begins with a word for it and
// names no goods.
func (r row) isTotal() bool {
	if r.cell[colOrder] != "" && r.cell[colOrder] != r.first || r.says(colProduct) || r.says(colGoods) {
		return false
	}
	switch strings.TrimRight(foldName(r.first), "0123456789,¥") {
	case "合计", "总计", "小计", "共计", "总合计", "汇总", "total", "sum", "subtotal", "grandtotal":
		return true
	}
	return false
}

// says reports whether the row itself has something in a column.
func (r row) says(c column) bool { return r.cell[c] != "" && r.constant&(1<<c) == 0 }

// orphan deals with a row without an order id. One that says nothing of a whole
// order looks like the rest of the order above, as merged cells leave it: that
// order is then refused, for taking it without the row would lose goods.
func (g *grouper) orphan(r row) {
	if o := g.last; o != nil && o.rows[len(o.rows)-1] == r.line-1 && !r.namesHead() {
		id := o.entry.Order.ID
		o.rows = append(o.rows, r.line)
		o.spoil(r.line)
		g.problem(r.line, id, "there is no order id; if the row belongs to order %s above, write its id here too (cells that are merged count once)", id)
		return
	}
	g.last = nil
	g.table.Refused++
	g.problem(r.line, "", "there is no order id; fill in %s", colOrder.title())
}

// namesHead reports whether the row says something of the whole order.
func (r row) namesHead() bool {
	return slices.ContainsFunc(headColumns(), r.says)
}

// headColumns are what belongs to the whole order.
func headColumns() []column {
	return []column{
		colStatus, colPickup, colShelf, colDue, colName, colPhone, colCode, colCollectBy, colValidFrom, colExpected, colConsignment,
	}
}

// probe is a smallest order by which an id can be validated.
func probe(id kiosk.OrderID) kiosk.Order {
	return kiosk.Order{ID: id, Point: anyPoint, Status: kiosk.StatusArrived, Lines: []kiosk.Line{{ID: "1", Product: "-", Quantity: 1}}}
}

// fill adds what a row says to its order.
func (g *grouper) fill(o *group, r row) error {
	for c, cell := range r.cell {
		if column(c) != colGoods && utf8.RuneCountInString(cell) > maxCell {
			return fmt.Errorf("%s is longer than %d characters; shorten it", column(c).title(), maxCell)
		}
	}
	if err := g.fillHead(o, r); err != nil {
		return err
	}
	if r.cell[colGoods] != "" {
		return g.fillGoods(o, r)
	}
	if len(o.entry.Order.Lines) >= kiosk.MaxLines {
		return fmt.Errorf("the order has more than %d lines; split it", kiosk.MaxLines)
	}
	line := kiosk.Line{
		ID: kiosk.LineID(r.cell[colLine]), Product: r.cell[colProduct], Spec: r.cell[colSpec],
		Unit: r.cell[colUnit], Supplier: r.cell[colSupplier], Barcode: r.cell[colBarcode],
	}
	if line.ID == "" {
		line.ID = kiosk.LineID(strconv.Itoa(len(o.rows)))
	}
	if line.Product == "" {
		return fmt.Errorf("the product has no name; fill in %s", colProduct.title())
	}
	if _, twice := o.entry.Order.Line(line.ID); twice {
		return fmt.Errorf("line %q of the order stands twice; delete one or give it a number of its own", line.ID)
	}
	if !isBarcode(line.Barcode) {
		return fmt.Errorf("%s %w", colBarcode.title(), errBarcode)
	}
	var err error
	if line.Quantity, err = parseQuantity(r.cell[colQuantity]); err != nil {
		return fmt.Errorf("%s %w", colQuantity.title(), err)
	}
	if price := r.cell[colPrice]; price != "" {
		if line.UnitPrice, err = parseMoney(price); err != nil {
			return fmt.Errorf("%s %w", colPrice.title(), err)
		}
	}
	o.entry.Order.Lines = append(o.entry.Order.Lines, line)
	return nil
}

// maxGoods bounds a cell with all goods of an order, in bytes.
const maxGoods = 32 << 10

// fillGoods adds the lines of a cell that holds several.
func (g *grouper) fillGoods(o *group, r row) error {
	if len(r.cell[colGoods]) > maxGoods {
		return fmt.Errorf("%s is longer than %d KiB; split the order", colGoods.title(), maxGoods>>10)
	}
	lines, err := g.goods.read(r.cell[colGoods], r.cell[colQuantity])
	if err != nil {
		return fmt.Errorf("%s %w", colGoods.title(), err)
	}
	for _, l := range lines {
		if len(o.entry.Order.Lines) >= kiosk.MaxLines {
			return fmt.Errorf("the order has more than %d lines; split it", kiosk.MaxLines)
		}
		l.ID, l.Supplier = kiosk.LineID(strconv.Itoa(len(o.entry.Order.Lines)+1)), r.cell[colSupplier]
		o.entry.Order.Lines = append(o.entry.Order.Lines, l)
	}
	return nil
}

// fillHead takes what belongs to the whole order: the first row that has a cell
// sets it, later ones may repeat it.
func (g *grouper) fillHead(o *group, r row) error {
	for _, c := range headColumns() {
		cell := r.cell[c]
		switch {
		case cell == "" || cell == o.head[c]:
			continue
		case o.head[c] != "":
			return fmt.Errorf("%s differs from the order's earlier rows; make them agree, or give the other order an id of its own", c.title())
		}
		if err := g.setHead(&o.entry, c, cell); err != nil {
			return fmt.Errorf("%s %w", c.title(), err)
		}
		o.head[c] = cell
	}
	return nil
}

func (g *grouper) setHead(e *Entry, c column, cell string) (err error) {
	o := &e.Order
	switch c {
	case colStatus:
		o.Status, err = parseStatus(cell)
	case colPickup:
		o.PickupNumber = cell
	case colShelf:
		o.Shelf = cell
	case colDue:
		o.Due, err = parseMoney(cell)
	case colName:
		e.Name = cell
	case colPhone:
		e.Phone = wholeDigits(cell)
	case colCode:
		e.OwnCode, err = OwnCode(cell, g.options.Formats)
	case colCollectBy:
		o.CollectBy, err = parseTime(cell, g.options.Zone, true)
	case colValidFrom:
		o.ValidFrom, err = parseTime(cell, g.options.Zone, false)
	case colExpected:
		o.ExpectedAt, err = parseTime(cell, g.options.Zone, false)
	case colConsignment:
		o.Consignment = cell
	}
	return err
}

// OwnCode normalises a platform's code by the way a scan of it takes: formats are
// those that the point's terminals read, none of them: any.
func OwnCode(text string, formats []kiosk.CodeFormat) (string, error) {
	if len(formats) == 0 {
		c, err := kiosk.PlatformCode(text)
		return c.Text, err
	}
	codes, err := kiosk.ParseCode(text, formats)
	i := slices.IndexFunc(codes, func(c kiosk.Code) bool { return c.Kind == kiosk.CodePlatform })
	if err != nil || i < 0 {
		return "", errors.New("has no form that the point's terminals read; change the point's code formats, or leave it empty")
	}
	return codes[i].Text, nil
}

// Yuan reads an amount in yuan with at most two decimals, such as 12.80, into fen.
func Yuan(text string) (kiosk.Fen, error) { return parseMoney(text) }

// finish sorts the orders into good and refused.
func (g *grouper) finish() {
	for _, id := range g.ids {
		o := g.orders[id]
		if o.entry.Order.Status == "" {
			o.entry.Order.Status = kiosk.StatusArrived
		}
		if len(o.bad) == 0 {
			if err := g.check(o.entry.Order); err != nil {
				o.spoil(o.rows[0])
				g.problem(o.rows[0], id, "%v", err)
			}
		}
		if len(o.bad) == 0 {
			g.table.Entries = append(g.table.Entries, o.entry)
			continue
		}
		g.table.Refused++
		for _, line := range o.rows {
			if !o.bad[line] {
				g.problem(line, id, "order %s: not taken, because another of its rows is wrong", id)
			}
		}
	}
	g.table.sort()
}

// check validates a whole order, and that its times can ever be met.
func (g *grouper) check(o kiosk.Order) error {
	if !o.ValidFrom.IsZero() && !o.CollectBy.IsZero() && o.CollectBy.Before(o.ValidFrom) {
		return fmt.Errorf("order %s: %s lies before %s; exchange them", o.ID, colCollectBy.title(), colValidFrom.title())
	}
	o.Point = anyPoint
	return o.Validate()
}
