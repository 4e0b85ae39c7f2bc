// Package ordertable reads the order tables that people keep: CSV as
// spreadsheet programs and platforms export it, XLSX, and JSON. HQ and a
// terminal without any HQ take their orders from the same tables.
//
// # Tables
//
// The first row that is not empty names the columns, in Chinese or English, in
// any order; columns with other names are left alone. One row is one line of an
// order, rows with the same order id are one order:
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
//
// What belongs to the whole order (status, name, due…) may stand in one of its
// rows or in all, but must not differ. A date without a time means its end for
// collect by and its beginning otherwise, in [Options.Zone].
//
// JSON is an array of objects, or objects one after the other, with the same
// names as keys. An object is a row, or an order with its rows in "lines".
//
// # Bad rows
//
// A bad row is named in [Table.Problems] as "line N: what is wrong and what to
// do" and its order is refused whole; the other orders are taken. Problems name
// columns and order ids, never what stands in a cell of personal data. A row
// without an order id that says nothing of a whole order is taken for the rest of
// the order above (merged cells look so) and refuses it: nothing is handed over
// in part because a cell was merged.
//
// # Limits
//
// A table has at most [MaxBytes] and [MaxRows]; an XLSX may unpack to 256 MB,
// which stay in memory: a temporary file would hold names and phones.
// CSV is read as UTF-8, UTF-16 with a byte order mark, or else GB18030; its
// separator is the comma, semicolon or tab that the first row has most of. In
// XLSX the first visible sheet counts and formulas give their stored results.
// Since any row may spoil an order that began earlier, a table is held in
// memory whole, about one kilobyte a row, before the first order is given out.
package ordertable
