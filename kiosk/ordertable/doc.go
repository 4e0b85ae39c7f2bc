// Package ordertable reads the order tables that people keep: CSV as
// spreadsheet programs and platforms export it, XLSX, and JSON. HQ and a
// terminal without any HQ take their orders from the same tables.
//
// # Tables
//
// One of the first ten rows that are not empty names the columns, in Chinese or
// English, in any order; what stands above it (titles, dates) is left out. Columns
// with other names are left alone, and [Table.Notes] tells which. One row is one line
// of an order, rows with the same order id are one order:
//
//	订单号      order          required
//	商品        product        required
//	数量        quantity       required, whole units
//	行号        line           1, 2, 3… within the order when left out
//	状态        status         arrived when left out
//	提货号      pickup number
//	货架        shelf
//	规格 单位   spec, unit
//	条码        barcode        on the product, as text
//	单价        unit price     yuan: 12.80, ¥12.8
//	应付        due            yuan still to pay at pickup
//	供应商      supplier
//	姓名 手机   name, phone
//	核销码      code           the platform's own pickup code
//	截止        collect by     2026-11-30, 2026-11-30 18:00, RFC 3339
//	生效        valid from
//	预计到货    expected
//	批次        consignment
//	商品信息    goods list     all goods of the order: 苹果(5斤)*2;梨*1
//
// What belongs to the whole order (status, name, due…) may stand in one of its
// rows or in all, but must not differ. A date without a time means its end for
// collect by and its beginning otherwise, in [Options.Zone].
//
// JSON is an array of objects, or objects one after the other, with the same
// names as keys. An object is a row, or an order with its rows in "lines".
//
// # Goods in one cell
//
// Where a table has no quantities, a goods list may give them: goods parted by ; ；
// or line ends, and by , ， 、 where each of them has a quantity. A quantity follows
// the name after * × x or +, may have a unit, or stands with the price in brackets as
// CRMEB writes it: 苹果 (5斤) [2 * 12.80]. Brackets at the end of a name are its spec.
//
// # Other programs' tables
//
// The exports of three programs are told by their columns; a note says so.
//
//   - 快团团: 跟团号 is the pickup number, and 商品 without 数量 a goods list; 下单人
//     is the customer where there is no 收货人.
//   - 群接龙: 接龙号 is the pickup number, 商品合计 a goods list, 微信昵称 the customer
//     where there is no 收货人.
//   - CRMEB: its two rows of titles, 商品信息, and its words for statuses.
//
// 跟团号 and 接龙号 begin with 1 in each group purchase. They are ids of orders only
// with a [Mapping.Prefix]; without 订单号 and a prefix such a table is refused.
// The names of columns are those that other readers of these exports expect, and for
// CRMEB those of its published source (app/services/other/export). Tables of other
// programs are read with a [Mapping].
//
// A row of totals (合计, 总计…) and one that says nothing in the columns that are used
// are left out, and noted. Cells of an XLSX that were merged over the rows of an order
// count in each of them, but for quantities: nobody knows what of.
//
// # Bad rows
//
// A bad row is named in [Table.Problems] as "line N: what is wrong and what to
// do" and its order is refused whole; the other orders are taken. Problems name
// columns and order ids, never what stands in a cell of personal data. A row
// without an order id that says nothing of a whole order is taken for the rest of
// the order above (a CSV made of merged cells looks so) and refuses it: nothing is handed over
// in part because a cell was merged.
//
// # Limits
//
// A table has at most [MaxBytes] and [MaxRows]; an XLSX may unpack to 256 MB,
// which stay in memory: a temporary file would hold names and phones.
// CSV is read as UTF-8, UTF-16 with a byte order mark, or else GB18030; its
// separator is the comma, semicolon or tab that the first row has most of. In
// XLSX the first visible sheet counts and formulas give their stored results;
// nothing is ever evaluated.
// Since any row may spoil an order that began earlier, a table is held in
// memory whole, about one kilobyte a row, before the first order is given out.
package ordertable
