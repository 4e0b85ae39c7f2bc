package ordertable

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"hexiao/kiosk"
)

// read reads a CSV table and gives its orders shortly: id, status, pickup number,
// customer, and lines as product/spec/unit*quantity@fen.
func read(t *testing.T, table string, m Mapping) (orders []string, got Table) {
	t.Helper()
	got, err := Read(strings.NewReader(table), CSV, Options{Mapping: m})
	if err != nil {
		t.Fatal(err)
	}
	return short(got), got
}

func short(table Table) (orders []string) {
	for _, e := range table.Entries {
		text := fmt.Sprintf("%s %s #%s %s %s:", e.Order.ID, e.Order.Status, e.Order.PickupNumber, e.Name, e.Phone)
		for _, l := range e.Order.Lines {
			text += fmt.Sprintf(" %s/%s/%s*%d@%d", l.Product, l.Spec, l.Unit, l.Quantity, l.UnitPrice)
		}
		orders = append(orders, text)
	}
	return orders
}

// TestKnownTables reads what the platforms export, with the names of their columns.
func TestKnownTables(t *testing.T) {
	for name, c := range map[string]struct {
		table string
		m     Mapping
		want  []string
		notes []string
	}{
		"快团团, a row an order": {
			"跟团号,下单人,团员备注,支付时间,团长备注,商品,订单金额,退款金额,订单状态,自提点,收货人,联系电话,详细地址\n" +
				"1,小雨,,2026-11-22 10:00,,红富士苹果(5斤)*2；鸭梨*1,58,0,待发货,阳光店,王小明,138 0000 1234,某路\n" +
				"2,大力,,,,鸭梨 x3,30,0,已退款,阳光店,,13900001111,\n" +
				"合计,,,,,,88,,,,,,\n",
			Mapping{Prefix: "G1123-"},
			[]string{"G1123-1 paid #1 王小明 138 0000 1234: 红富士苹果/5斤/*2@0 鸭梨//*1@0", "G1123-2 refunded #2  13900001111: 鸭梨//*3@0"},
			[]string{"read as an export of 快团团", unused([]string{`"自提点"`}), "line 4 is taken for a row of totals and left out"},
		},
		"快团团, a row a product": {
			"订单号,跟团号,下单人,商品,规格,数量,收货人,联系电话\nK9,7,小雨,苹果,5斤,2,,13800001234\nK9,7,小雨,梨,,1,,13800001234\n",
			Mapping{},
			[]string{"K9 arrived #7  13800001234: 苹果/5斤/*2@0 梨//*1@0"},
			[]string{"read as an export of 快团团"},
		},
		"快团团, no column for the customer but the nickname": {
			"订单号,跟团号,下单人,商品,数量\nK9,7,小雨,苹果,2\n", Mapping{},
			[]string{"K9 arrived #7 小雨 : 苹果//*2@0"}, []string{"read as an export of 快团团"},
		},
		"群接龙": {
			"接龙号,微信昵称,商品合计,订单总金额,联系电话\n12,老张,\"鲜奶(950ml)*2\n鸡蛋 * 1盒\",40,13800001234\n", Mapping{Prefix: "q-"},
			[]string{"q-12 arrived #12 老张 13800001234: 鲜奶/950ml/*2@0 鸡蛋//盒*1@0"}, []string{"read as an export of 群接龙"},
		},
		"群接龙, a row a product": {
			"下单序号,接龙号,收货人,联系电话,商品名称,商品编码,规格,数量,商品金额,订单总金额,下单时间,订单号\n1,3,王五,139,苹果,c1,大,2,9,9,2026,D1\n", Mapping{},
			[]string{"D1 arrived #3 王五 139: 苹果/大/*2@0"}, []string{"read as an export of 群接龙"},
		},
		"CRMEB, with its title above": {
			"订单导出,,,\n订单信息 2026-11-23,,,\n\n订单号,收货人姓名,收货人电话,收货地址,商品信息,总价格,实际支付,支付状态,支付时间,订单状态,下单时间,用户备注\n" +
				"wx1,王五,13800001234,自提,\"鲜奶 (950ml) [2 * 12.80]\n鸡蛋  [1 * 9.9]\",35.5,35.5,微信支付,2026-11-22,未核销,2026-11-22,快\n" +
				"wx2,赵六,13800001235,自提,鲜奶  [1 * 12.80],12.8,12.8,未支付,,未支付,,\n",
			Mapping{},
			[]string{"wx1 arrived # 王五 13800001234: 鲜奶/950ml/*2@1280 鸡蛋//*1@990"},
			[]string{"read as an export of CRMEB", "2 rows above the names of the columns are left out"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			orders, got := read(t, c.table, c.m)
			if diff := cmp.Diff(c.want, orders); diff != "" {
				t.Errorf("orders (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.notes, got.Notes); diff != "" {
				t.Errorf("notes (-want +got):\n%s", diff)
			}
		})
	}
	_, got := read(t, "订单号,收货人姓名,收货人电话,商品信息,订单状态\nwx2,赵六,1,鲜奶 [1 * 12.80],未支付\n", Mapping{})
	if len(got.Problems) != 1 || !strings.Contains(got.Problems[0].Text, "not paid") {
		t.Errorf("an unpaid order: %v", got.Problems)
	}
}

// TestCountedOrders: numbers that begin anew are no ids by themselves.
func TestCountedOrders(t *testing.T) {
	_, err := Read(strings.NewReader("跟团号,商品\n1,苹果*2\n"), CSV, Options{})
	if !errors.Is(err, ErrColumns) || !strings.Contains(err.Error(), "begin anew") {
		t.Errorf("without a prefix: %v", err)
	}
}

func TestMapping(t *testing.T) {
	m := Mapping{
		Columns:   map[string]string{"编号": "order", "货": "goods list", "谁": "姓名", "备注": Unused},
		Constants: map[string]string{"supplier": "青山", "consignment": "B7"},
		Only:      map[string]string{"店": "阳光"},
		Prefix:    "s-",
		Split:     "/",
	}
	orders, got := read(t, "编号,货,谁,店,备注,色\n1,苹果*2/梨,甲,阳光,x,红\n2,梨*1,乙,月光,,\n,,,阳光,,蓝\n3,梨*1/苹果*4,丙,阳光,,\n", m)
	if diff := cmp.Diff([]string{"s-3 arrived # 丙 : 梨//*1@0 苹果//*4@0"}, orders); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if o := got.Entries[0].Order; o.Consignment != "B7" || o.Lines[1].Supplier != "青山" {
		t.Errorf("constants: %+v", o)
	}
	if got.Left != 2 || got.Rows != 4 || got.Refused != 1 || len(got.Problems) != 1 || !strings.Contains(got.Problems[0].Text, "each of the goods with its quantity") {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]string{unused([]string{`"色"`}), "line 4 has nothing in the columns that are used, and is left out"}, got.Notes); diff != "" {
		t.Errorf("notes (-want +got):\n%s", diff)
	}
	// A constant quantity makes goods without one single.
	m.Constants["数量"] = "1"
	if orders, _ = read(t, "编号,货,谁,店\n1,苹果*2/梨,甲,阳光\n", m); len(orders) != 1 || orders[0] != "s-1 arrived # 甲 : 苹果//*2@0 梨//*1@0" {
		t.Errorf("a constant quantity: %v", orders)
	}
	// JSON obeys it as well.
	done, err := Read(strings.NewReader(`[{"编号":1,"货":"梨*2","店":"阳光","色":1},{"编号":2,"货":"梨*2","店":"月光"}]`), JSON, Options{Mapping: m})
	if err != nil || len(done.Entries) != 1 || done.Left != 1 || done.Entries[0].Order.Consignment != "B7" || len(done.Notes) != 1 {
		t.Errorf("JSON: %+v, %v", done, err)
	}
	for _, bad := range []Mapping{
		{Columns: map[string]string{"a": "colour"}},
		{Constants: map[string]string{"colour": "x"}},
		{Columns: map[string]string{"a b": "order", "ab": "line"}},
		{Prefix: "a\x00"},
		{Only: map[string]string{"": "x"}},
		{Split: strings.Repeat("x", maxRule+1)},
	} {
		if _, err := Read(strings.NewReader("a\n"), CSV, Options{Mapping: bad}); !errors.Is(err, ErrMapping) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if _, err := Read(strings.NewReader("order,product,quantity\n1,a,1\n"), CSV, Options{Mapping: Mapping{Only: map[string]string{"shop": "x"}}}); !errors.Is(err, ErrColumns) {
		t.Errorf("a column to keep by that is not there: %v", err)
	}
	_, got = read(t, "order,product,quantity\n1,a,1\n", Mapping{Columns: map[string]string{"colour": "spec"}})
	if len(got.Notes) != 1 || !strings.Contains(got.Notes[0], `"colour"`) {
		t.Errorf("a mapped column that is not there: %v", got.Notes)
	}
	both := Mapping{Columns: map[string]string{"A": "order"}, Prefix: "x", Split: ";"}.With(Mapping{Columns: map[string]string{"a": "line"}, Prefix: "y"})
	if diff := cmp.Diff(Mapping{Columns: map[string]string{"a": "line"}, Constants: map[string]string{}, Only: map[string]string{}, Prefix: "y", Split: ";"}, both); diff != "" {
		t.Errorf("With (-want +got):\n%s", diff)
	}
}

func TestGoods(t *testing.T) {
	g := newGoodsReader("")
	for cell, want := range map[string]string{
		"苹果*2;梨*1":                               "苹果//*2@0 梨//*1@0",
		"苹果*2，梨x1、枣 X 3":                         "苹果//*2@0 梨//*1@0 枣//*3@0",
		"苹果(红,大)*2,梨（甜；小）×1":                     "苹果/红,大/*2@0 梨/甜；小/*1@0",
		"礼盒,内含苹果*2":                              "礼盒,内含苹果//*2@0", // the first part has no quantity: one product
		"华为MateX2*1":                             "华为MateX2//*1@0",
		"鲜奶+2":                                   "鲜奶//*2@0",
		"a) x2":                                  "a)//*2@0",
		"鸡蛋【30枚】x2盒":                             "鸡蛋/30枚/盒*2@0",
		"x [3 * 1.5]\n;y*1;;\n":                  "x//*3@150 y//*1@0",
		"坏(括号*2":                                 "坏(括号//*2@0",
		"苹果":                                     "!each of the goods",
		"苹果*0":                                   "!whole number",
		"苹果*99999999999999999":                   "!whole number",
		"华为MateX2":                               "!each of the goods",
		"a [1 * 1.234]":                          "!amount in yuan",
		";;":                                     "!each of the goods",
		"*2":                                     "!each of the goods",
		strings.Repeat("a*1;", kiosk.MaxLines+1): "!more than",
	} {
		lines, err := g.read(cell, "")
		got := short(Table{Entries: []Entry{{Order: kiosk.Order{Lines: lines}}}})[0]
		if want[0] == '!' {
			if err == nil || !strings.Contains(err.Error(), want[1:]) {
				t.Errorf("%q: %v, want %q", cell, err, want[1:])
			}
		} else if got = strings.TrimPrefix(got, "  #  : "); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", cell, got, err, want)
		}
	}
}

func TestSerialDatesAndExcelText(t *testing.T) {
	_, got := read(t, "order,product,quantity,phone,collect by,code\n=\"0012\",=1+1,2,13800001234.0,46356.75,\n", Mapping{})
	if len(got.Entries) != 1 {
		t.Fatal(got.Problems)
	}
	e := got.Entries[0]
	if e.Order.ID != "0012" || e.Order.Lines[0].Product != "=1+1" || e.Phone != "13800001234" ||
		!e.Order.CollectBy.Equal(time.Date(2026, 11, 30, 18, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", e)
	}
}

// TestHeaderNotFound tells of the row that looks most like one.
func TestHeaderNotFound(t *testing.T) {
	_, err := Read(strings.NewReader("title\norder,product,phone\n1,2,3\n"), CSV, Options{})
	if !errors.Is(err, ErrColumns) || !strings.Contains(err.Error(), "missing quantity") {
		t.Error(err)
	}
	_, err = Read(strings.NewReader(strings.Repeat("a,b\n", maxAbove)+"order,product,quantity\n1,a,1\n"), CSV, Options{})
	if !errors.Is(err, ErrColumns) {
		t.Errorf("a header far below: %v", err)
	}
}
