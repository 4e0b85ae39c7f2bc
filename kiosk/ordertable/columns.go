package ordertable

import (
	"fmt"
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
		colName:        {"name", "姓名", "收货人", "提货人", "客户", "顾客", "客户姓名", "团员", "customer", "customer name"},
		colPhone:       {"phone", "手机", "手机号", "手机号码", "电话", "联系电话", "联系方式", "mobile", "tel"},
		colCode:        {"code", "核销码", "提货码", "取货码", "自提码", "pickup code"},
		colCollectBy:   {"collect by", "截止", "截止时间", "提货截止", "自提截止", "截止日期", "提货截止时间", "deadline"},
		colValidFrom:   {"valid from", "生效", "生效时间", "可提时间", "开始时间", "起始时间", "not before"},
		colExpected:    {"expected", "预计到货", "预计到货时间", "预计到达", "到货时间", "expected at", "eta"},
		colConsignment: {"consignment", "批次", "到货批次", "批次号", "batch"},
		colBarcode:     {"barcode", "条码", "条形码", "商品条码", "商品条形码", "69码", "ean", "ean13", "gtin", "bar code"},
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
}

func newHeader() header {
	h := header{at: map[string]column{}}
	for c, list := range names() {
		for _, name := range list {
			h.at[foldName(name)] = column(c)
		}
	}
	return h
}

// read takes the first row. It returns ErrColumns when what an order needs is
// missing or a column stands twice.
func (h *header) read(cells []string) error {
	var seen [columns]bool
	for _, cell := range cells {
		c, known := h.at[foldName(cell)]
		if !known {
			h.places = append(h.places, columns)
			continue
		}
		if seen[c] {
			return fmt.Errorf("%w: the column %s stands twice; keep one of them", ErrColumns, c.title())
		}
		seen[c] = true
		h.places = append(h.places, c)
	}
	var missing []string
	for _, c := range []column{colOrder, colProduct, colQuantity} {
		if !seen[c] {
			missing = append(missing, c.title())
		}
	}
	if missing != nil {
		return fmt.Errorf("%w: missing %s; name the columns in the first row", ErrColumns, strings.Join(missing, ", "))
	}
	return nil
}

// row puts the cells of a row in their columns.
func (h *header) row(line int, cells []string) row {
	r := row{line: line}
	for i, cell := range cells {
		if cell = trim(cell); cell == "" {
			continue
		}
		r.filled = true
		if i < len(h.places) && h.places[i] < columns {
			r.cell[h.places[i]] = cell
		}
	}
	return r
}

// row is one line of an order as text.
type row struct {
	line   int
	filled bool // some cell is not empty
	cell   [columns]string
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

// trim takes off blanks and the apostrophe and tab with which people keep
// spreadsheets from turning long digits into numbers.
func trim(s string) string {
	s = strings.TrimSpace(strings.Trim(s, "\ufeff\u200b"))
	return strings.TrimSpace(strings.TrimPrefix(s, "'"))
}
