package ordertable

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// ErrMapping is returned for a [Mapping] that names no column of ours, or that has
// too many rules.
var ErrMapping = errors.New("the mapping cannot be used")

// Limits of a mapping.
const (
	maxRules = 100
	maxRule  = 200 // bytes of one name or value
)

// Unused as a mapping's target leaves a column alone without a note.
const Unused = "-"

// Mapping says how the tables of one source differ from those that [Read]
// understands by itself. The zero value changes nothing.
type Mapping struct {
	// Columns gives columns of the table, by their names there, a meaning: one of
	// [Columns] (in Chinese or English), or [Unused]. It comes before what the package
	// knows of a name.
	Columns map[string]string `cbor:"1,keyasint,omitempty" json:"columns,omitempty"`
	// Constants are the values of columns of ours where a row says nothing.
	Constants map[string]string `cbor:"2,keyasint,omitempty" json:"constants,omitempty"`
	// Only keeps the rows that have these values in columns of the table, by their
	// names there; the others are left out, and counted in [Table.Left].
	Only map[string]string `cbor:"3,keyasint,omitempty" json:"only,omitempty"`
	// Prefix is put before the order ids, so that those of two sources, or of two
	// group purchases that both count from 1, cannot be the same.
	Prefix string `cbor:"4,keyasint,omitempty" json:"prefix,omitempty"`
	// Split are the characters that part the goods of a cell; empty: ; ； and line
	// ends, and , ， 、 + where every part has its own quantity.
	Split string `cbor:"5,keyasint,omitempty" json:"split,omitempty"`
}

// Columns are the names that a mapping may give a meaning by, in the order of the
// package's manual.
func Columns() []string {
	list := make([]string, columns)
	for c, n := range names() {
		list[c] = n[0]
	}
	return list
}

// Check returns ErrMapping with what is wrong.
func (m Mapping) Check() error {
	if len(m.Columns)+len(m.Constants)+len(m.Only) > maxRules {
		return fmt.Errorf("%w: it has more than %d rules", ErrMapping, maxRules)
	}
	known := newHeader().at
	for name, means := range m.Columns {
		if _, ok := known[foldName(means)]; !ok && means != Unused {
			return fmt.Errorf("%w: column %q is to mean %q, which is none of %s, or %s for none", ErrMapping, name, means, strings.Join(Columns(), ", "), Unused)
		}
	}
	for name := range m.Constants {
		if _, ok := known[foldName(name)]; !ok {
			return fmt.Errorf("%w: %q cannot have a constant value, as it is none of %s", ErrMapping, name, strings.Join(Columns(), ", "))
		}
	}
	texts := []string{m.Prefix, m.Split}
	for _, rules := range []map[string]string{m.Columns, m.Constants, m.Only} {
		folded := map[string]bool{}
		for name, value := range rules {
			texts = append(texts, name, value)
			if f := foldName(name); f == "" || folded[f] {
				return fmt.Errorf("%w: the name %q is empty or stands twice", ErrMapping, name)
			}
			folded[foldName(name)] = true
		}
	}
	for _, text := range texts {
		if len(text) > maxRule || !utf8.ValidString(text) || strings.ContainsFunc(strings.Trim(text, "\n"), func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return fmt.Errorf("%w: a name or value is longer than %d bytes or has control characters", ErrMapping, maxRule)
		}
	}
	return nil
}

// known is a kind of table that the package tells by the names of its columns, with
// what those mean there and nowhere else.
type known struct {
	name    string
	by      []string          // columns that a table of it has, by folded names
	columns map[string]column // by folded names; columns: left alone
	// instead are columns that stand in for one that the table does not have.
	instead map[string]column
	goods   bool   // without quantities, the product names all goods of the order
	counts  string // the column that counts orders anew in each group purchase
	of      string // such a purchase, in messages
}

// knownTables are the exports that are told by themselves, as the platforms, and
// programs that read their files, name the columns; see the package's manual.
func knownTables() []known {
	return []known{
		{
			name: "快团团", by: []string{"跟团号"}, counts: "跟团号", of: "团", goods: true,
			instead: map[string]column{"跟团号": colPickup, "下单人": colName},
			columns: alone("团员备注", "团长备注", "支付时间", "下单时间", "订单金额", "退款金额", "订单退款", "商品种类数", "商品成本价",
				"省", "市", "区", "详细地址", "快递公司", "快递单号", "物流公司", "物流单号"),
		},
		{
			name: "群接龙", by: []string{"接龙号"}, counts: "接龙号", of: "接龙",
			instead: map[string]column{"接龙号": colPickup, "微信昵称": colName, "商品合计": colGoods},
			columns: alone("下单序号", "商品编码", "商品金额", "订单总金额", "下单时间", "省", "市", "收货地址", "团长id"),
		},
		{
			name: "CRMEB", by: []string{"收货人姓名", "收货人电话", "商品信息"},
			columns: alone("总价格", "实际支付", "支付状态", "支付时间", "下单时间", "用户备注", "收货地址"),
		},
	}
}

// alone are columns that are left alone, since no order needs them.
func alone(list ...string) map[string]column {
	m := map[string]column{}
	for _, name := range list {
		m[name] = columns
	}
	return m
}

// use puts a mapping's names before the package's own.
func (h *header) use(m Mapping) {
	h.mapping = m
	for name, means := range m.Columns {
		c, ok := h.at[foldName(means)]
		if !ok {
			c = columns // left alone
		}
		h.mapped[foldName(name)] = c
	}
	for name, value := range m.Only {
		h.only[foldName(name)] = value
	}
	for name, value := range m.Constants {
		h.constants[h.at[foldName(name)]] = value
	}
}

// recognise tells a known kind of table by its column names.
func recognise(folded []string) (known, bool) {
	for _, k := range knownTables() {
		if !slices.ContainsFunc(k.by, func(name string) bool { return !slices.Contains(folded, name) }) {
			return k, true
		}
	}
	return known{}, false
}

// meaning is what a column of this name is.
func (h *header) meaning(folded string) (c column, told bool) {
	for _, at := range []map[string]column{h.mapped, h.source.columns, h.at} {
		if c, ok := at[folded]; ok {
			return c, true
		}
	}
	_, kept := h.only[folded]
	return columns, folded == "" || kept
}

// unused are the columns of a table that mean nothing, as a note.
func unused(list []string) string {
	return fmt.Sprintf("these columns are not used: %s; where one matters, give it a meaning with a mapping", strings.Join(list, ", "))
}

// With gives the mapping with the rules of another one before its own.
func (m Mapping) With(over Mapping) Mapping {
	join := func(a, b map[string]string) map[string]string {
		out := map[string]string{}
		maps.Copy(out, a)
		for name, value := range b {
			maps.DeleteFunc(out, func(old, _ string) bool { return foldName(old) == foldName(name) })
			out[name] = value
		}
		return out
	}
	m.Columns, m.Constants, m.Only = join(m.Columns, over.Columns), join(m.Constants, over.Constants), join(m.Only, over.Only)
	if over.Prefix != "" {
		m.Prefix = over.Prefix
	}
	if over.Split != "" {
		m.Split = over.Split
	}
	return m
}
