package ordertable

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"hexiao/kiosk"
)

// maxPrice bounds an amount so that no sum over an order can overflow: ten
// million yuan, in fen.
const maxPrice = 1_000_000_000

// Faults of single cells; the messages of rows name the column before them.
var (
	errStatus    = errors.New("must be paid, shipped, arrived, cancelled, refunding or refunded (已付款、已发货、已到货、已取消、退款中、已退款)")
	errCollected = errors.New("says that the order was handed over already; leave such orders out")
	errUnpaid    = errors.New("says that the order is not paid; leave such orders out, or give what is due at pickup and another status")
	errWhole     = errors.New("must be a whole number from 1 to " + strconv.Itoa(kiosk.MaxQuantity))
	errMoney     = errors.New("must be an amount in yuan with at most two decimals, such as 12.80")
	errBarcode   = errors.New("must be the digits or letters of a barcode; format the column as text, or the spreadsheet rounds them")
	errTime      = errors.New("must be a date or a date and time, such as 2026-11-30 18:00")
)

// wholeDigits takes the .0 off a phone number that a program took for a number.
func wholeDigits(s string) string {
	if digits, ok := strings.CutSuffix(s, ".0"); ok && len(digits) > 4 && strings.Trim(digits, "0123456789") == "" {
		return digits
	}
	return s
}

// parseStatus reads a status; empty means arrived, since a table is usually
// made when the goods are there.
func parseStatus(s string) (kiosk.Status, error) {
	switch s = foldName(s); s {
	case "", "arrived", "ready", "已到货", "已到", "到货", "待提货", "待自提", "待取货", "待核销", "未核销", "未提货":
		return kiosk.StatusArrived, nil
	case "paid", "已付款", "已支付", "待发货", "已下单", "待成团", "已成团", "未发货", "拼团中":
		return kiosk.StatusPaid, nil
	case "shipped", "已发货", "运输中", "配送中", "待收货", "在途":
		return kiosk.StatusShipped, nil
	case "cancelled", "canceled", "已取消", "取消", "已关闭":
		return kiosk.StatusCancelled, nil
	case "refunding", "退款中", "申请退款", "申请退款中", "正在退款", "待退款", "售后中":
		return kiosk.StatusRefunding, nil
	case "refunded", "已退款", "退款成功":
		return kiosk.StatusRefunded, nil
	case "collected", "redeemed", "completed", "done", "已完成", "已提货", "已核销", "已自提", "已签收", "已收货", "待评价", "交易完成", "交易成功":
		return "", errCollected
	case "unpaid", "未支付", "未付款", "待支付", "待付款":
		return "", errUnpaid
	}
	return "", errStatus
}

// isBarcode refuses what spreadsheets make of long numbers, 6.90123E+12.
func isBarcode(s string) bool {
	return len(s) <= 64 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// parseQuantity reads whole units; spreadsheets write 2 as 2 or 2.0.
func parseQuantity(s string) (int, error) {
	s = norm.NFKC.String(s)
	if whole, fraction, ok := strings.Cut(s, "."); ok && strings.Trim(fraction, "0") == "" {
		s = whole
	}
	n, err := strconv.Atoi(strings.TrimPrefix(s, "+"))
	if err != nil || n < 1 || n > kiosk.MaxQuantity {
		return 0, errWhole
	}
	return n, nil
}

// parseMoney reads yuan into fen, digit by digit: a float would turn 12.80 into
// something else.
func parseMoney(s string) (kiosk.Fen, error) {
	s = strings.ToLower(norm.NFKC.String(s))
	s = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(s, "¥"), "rmb"))
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(s, "元"), "cny"))
	whole, fraction, _ := strings.Cut(s, ".")
	if whole == "" && fraction == "" {
		return 0, errMoney
	}
	if fraction = strings.TrimRight(fraction, "0"); len(fraction) > 2 {
		return 0, errMoney
	}
	fraction += "00"[len(fraction):]
	whole, err := ungroup(whole)
	if err != nil {
		return 0, err
	}
	fen, err := strconv.ParseUint(whole+fraction, 10, 64)
	if err != nil || fen > maxPrice {
		return 0, errMoney
	}
	return kiosk.Fen(fen), nil
}

// ungroup takes out the commas of 1,234,567 and refuses any other comma: 12,80
// may mean twelve yuan eighty.
func ungroup(s string) (string, error) {
	groups := strings.Split(s, ",")
	for i, g := range groups {
		if strings.Trim(g, "0123456789") != "" || len(groups) > 1 && (i > 0 && len(g) != 3 || i == 0 && (g == "" || len(g) > 3)) {
			return "", errMoney
		}
	}
	return strings.Join(groups, ""), nil
}

// parseTime reads an instant. endOfDay says what a date without a time means.
func parseTime(s string, zone *time.Location, endOfDay bool) (time.Time, error) {
	s = strings.NewReplacer("年", "-", "月", "-", "日", " ", "/", "-").Replace(norm.NFKC.String(s))
	s = strings.Join(strings.Fields(s), " ")
	for _, layout := range []string{time.RFC3339, "2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2T15:04:05", "2006-1-2T15:04", "2006-1-2"} {
		t, err := time.ParseInLocation(layout, s, zone)
		if err != nil {
			continue
		}
		if y := t.Year(); y < 2000 || y > 2200 {
			return time.Time{}, errTime
		}
		if layout == "2006-1-2" && endOfDay {
			t = t.AddDate(0, 0, 1).Add(-time.Second)
		}
		return t.UTC().Truncate(time.Millisecond), nil
	}
	if days, err := strconv.ParseFloat(s, 64); err == nil && days > 40_000 && days < 80_000 {
		// What a spreadsheet keeps for the years 2009 to 2119, as programs that copy its
		// cells write it.
		if text := fromSerial(days, false, s); text != s {
			return parseTime(text, zone, endOfDay)
		}
	}
	return time.Time{}, errTime
}
