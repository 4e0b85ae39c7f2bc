package ordertable

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// column is what a cell means.
type column int

const (
	colOrder column = iota
	colLine
	colStatus
	colPickup
	colShelf
	colProduct
	colSpec
	colUnit
	colQuantity
	colPrice
	colSupplier
	colDue
	colName
	colPhone
	colCode
	colCollectBy
	colValidFrom
	colExpected
	colConsignment
	colBarcode
	colGoods
	columns
)

// names gives, for each column, the name used in messages and then the others
// that people use for it.
func names() [columns][]string {
	return [columns][]string{
		colOrder:       {"order", "订单号", "订单编号", "订单id", "订单", "单号", "order id", "order no", "order number", "id"},
		colLine:        {"line", "行号", "行", "序号", "商品行", "line id", "line no"},
		colStatus:      {"status", "状态", "订单状态", "order status", "state"},
		colPickup:      {"pickup number", "提货号", "取货号", "提货序号", "自提号", "pickup no", "pickup"},
		colShelf:       {"shelf", "货架", "货架号", "货位", "库位", "location"},
		colProduct:     {"product", "商品", "商品名称", "商品名", "品名", "产品", "名称", "product name", "item", "goods"},
		colSpec:        {"spec", "规格", "商品规格", "型号", "specification", "sku", "variant"},
		colUnit:        {"unit", "单位", "计量单位"},
		colQuantity:    {"quantity", "数量", "件数", "购买数量", "商品数量", "qty", "count", "units"},
		colPrice:       {"unit price", "单价", "商品单价", "价格", "售价", "price"},
		colSupplier:    {"supplier", "供应商", "供货商", "商家", "merchant", "vendor"},
		colDue:         {"due", "应付", "应付金额", "待付", "待付金额", "到付", "amount due", "to pay"},
		colName:        {"name", "姓名", "收货人", "提货人", "客户", "顾客", "客户姓名", "团员", "收货人姓名", "收件人", "提货人姓名", "customer", "customer name"},
		colPhone:       {"phone", "手机", "手机号", "手机号码", "电话", "联系电话", "联系方式", "收货人电话", "收货人手机", "收货人手机号", "收件人电话", "提货人电话", "提货人手机", "mobile", "tel"},
		colCode:        {"code", "核销码", "提货码", "取货码", "自提码", "pickup code"},
		colCollectBy:   {"collect by", "截止", "截止时间", "提货截止", "自提截止", "截止日期", "提货截止时间", "deadline"},
		colValidFrom:   {"valid from", "生效", "生效时间", "可提时间", "开始时间", "起始时间", "not before"},
		colExpected:    {"expected", "预计到货", "预计到货时间", "预计到达", "到货时间", "expected at", "eta"},
		colConsignment: {"consignment", "批次", "到货批次", "批次号", "batch"},
		colBarcode:     {"barcode", "条码", "条形码", "商品条码", "商品条形码", "69码", "ean", "ean13", "gtin", "bar code"},
		colGoods:       {"goods list", "商品信息", "商品明细", "商品清单", "商品列表", "购买商品", "订单商品", "goods info"},
	}
}

// title is the column's name in messages: "quantity (数量)".
func (c column) title() string {
	n := names()[c]
	return n[0] + " (" + n[1] + ")"
}

// header tells which columns a table has and where.
type header struct {
	at     map[string]column // by folded name
	places []column          // by place in the row; columns for a place that is left alone
	onlyAt map[int]string    // by place: what keeps a row
	notes  []string
	source known // the kind of table, once its names were read
	// The mapping's rules, by folded name.
	mapping   Mapping
	mapped    map[string]column
	only      map[string]string
	constants map[column]string
	numbered  bool // the order ids are numbers of a group purchase, which customers are called by, too
}

func newHeader() header {
	h := header{at: map[string]column{}, mapped: map[string]column{}, only: map[string]string{}, constants: map[column]string{}}
	for c, list := range names() {
		for _, name := range list {
			h.at[foldName(name)] = column(c)
		}
	}
	return h
}

// read takes the row of names. It returns ErrColumns when what an order needs is
// missing or a column stands twice; the header is then as it was.
func (h *header) read(cells []string) error {
	next := *h
	next.places, next.onlyAt, next.notes = make([]column, len(cells)), map[int]string{}, nil
	folded := make([]string, len(cells))
	for i, cell := range cells {
		folded[i] = foldName(cell)
	}
	next.source, _ = recognise(folded)
	var seen [columns]bool
	var strange []string
	for i, name := range folded {
		if want, ok := next.only[name]; ok {
			next.onlyAt[i] = want
		}
		c, told := next.meaning(name)
		next.places[i] = c
		if !told && next.source.instead[name] == 0 {
			strange = append(strange, quote(cells[i]))
		}
		if c == columns {
			continue
		}
		if seen[c] {
			return fmt.Errorf("%w: the column %s stands twice; keep one of them", ErrColumns, c.title())
		}
		seen[c] = true
	}
	if err := next.fillIn(folded, &seen); err != nil {
		return err
	}
	for name := range next.only {
		if !slices.Contains(folded, name) {
			return fmt.Errorf("%w: rows are to be kept by the column %s, which the table does not have", ErrColumns, quote(name))
		}
	}
	next.tell(folded, strange)
	*h = next
	return nil
}

// fillIn gives the columns that stand in for others their meaning, and returns
// ErrColumns for what is missing then.
func (h *header) fillIn(folded []string, seen *[columns]bool) error {
	for i, name := range folded {
		c, ok := h.source.instead[name]
		if _, mapped := h.mapped[name]; ok && !mapped && h.places[i] == columns && !seen[c] {
			h.places[i], seen[c] = c, true
		}
	}
	if c := h.source.counts; c != "" && !seen[colOrder] {
		if h.mapping.Prefix == "" {
			return fmt.Errorf("%w: the numbers of %s begin anew with each %s; export the column 订单号 as well, or give the order ids a prefix of their own", ErrColumns, quote(c), h.source.of)
		}
		i := slices.Index(folded, c)
		h.numbered, seen[colOrder] = h.places[i] == colPickup, true
		h.places[i] = colOrder
	}
	_, counted := h.constants[colQuantity]
	has := func(c column) bool { return seen[c] || c == colQuantity && counted }
	if h.source.goods && seen[colProduct] && !seen[colQuantity] && !seen[colGoods] {
		h.places[slices.Index(h.places, colProduct)] = colGoods
		seen[colGoods], seen[colProduct] = true, false
	}
	if seen[colGoods] && seen[colProduct] && has(colQuantity) {
		h.places[slices.Index(h.places, colGoods)] = columns
		h.notes = append(h.notes, fmt.Sprintf("the column %s is not used, as %s and %s are there", colGoods.title(), colProduct.title(), colQuantity.title()))
		seen[colGoods] = false
	}
	var missing []string
	for _, c := range []column{colOrder, colProduct, colQuantity} {
		if !has(c) && (c == colOrder || !seen[colGoods]) {
			missing = append(missing, c.title())
		}
	}
	if missing != nil {
		return fmt.Errorf("%w: missing %s; name the columns in the first row", ErrColumns, strings.Join(missing, ", "))
	}
	return nil
}

// tell notes what of the names is not used, on either side.
func (h *header) tell(folded, strange []string) {
	if h.source.name != "" {
		h.notes = append(h.notes, fmt.Sprintf("read as an export of %s", h.source.name))
	}
	if strange != nil {
		h.notes = append(h.notes, unused(strange))
	}
	var lost []string
	for name := range h.mapped {
		if !slices.Contains(folded, name) {
			lost = append(lost, quote(name))
		}
	}
	if slices.Sort(lost); lost != nil {
		h.notes = append(h.notes, fmt.Sprintf("the mapping has columns that the table does not have: %s", strings.Join(lost, ", ")))
	}
}

// quote shows a column's name in a message, shortened.
func quote(name string) string {
	r := []rune(strings.Join(strings.Fields(name), " "))
	if len(r) > 40 {
		r = append(r[:40], '…')
	}
	return strconv.Quote(string(r))
}

// row puts the cells of a row in their columns.
func (h *header) row(line int, cells []string) row {
	r := row{line: line}
	for i := range cells {
		cell := trim(cells[i])
		if want, ok := h.onlyAt[i]; ok && cell != want {
			r.left = true
		}
		if cell == "" {
			continue
		}
		if !r.filled {
			r.first = cell
		}
		r.filled = true
		if i < len(h.places) && h.places[i] < columns {
			r.cell[h.places[i]] = cell
			r.tells = true
		}
	}
	h.complete(&r)
	return r
}

// complete gives a row that tells something what the mapping says of all.
func (h *header) complete(r *row) {
	if !r.tells {
		return
	}
	if h.numbered && r.cell[colPickup] == "" {
		r.cell[colPickup] = r.cell[colOrder]
	}
	for c, value := range h.constants {
		if r.cell[c] == "" {
			r.cell[c] = value
			r.constant |= 1 << c
		}
	}
}

// row is one line of an order as text.
type row struct {
	line     int
	filled   bool   // some cell is not empty
	tells    bool   // and one of those that mean something
	left     bool   // by the mapping's Only
	first    string // of its cells that are not empty
	constant uint32 // the columns, as bits, that the mapping filled
	cell     [columns]string
}

// foldName makes names comparable: "Unit price（元）", "unit_price" and
// "unitprice" are one.
func foldName(s string) string {
	s = strings.ToLower(norm.NFKC.String(s))
	if i := strings.IndexByte(s, '('); i > 0 {
		s = s[:i]
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\r', '\n', '_', '-', '.', ':', '*', '#', '\ufeff', '\u200b':
			return -1
		}
		return r
	}, s)
}

// trim takes off blanks and the apostrophe, the tab and the ="" with which people
// keep spreadsheets from turning long digits into numbers.
func trim(s string) string {
	s = strings.TrimSpace(strings.Trim(s, "\ufeff\u200b"))
	if text, ok := strings.CutPrefix(s, `="`); ok && strings.HasSuffix(text, `"`) {
		s = text[:len(text)-1]
	}
	return strings.TrimSpace(strings.TrimPrefix(s, "'"))
}
