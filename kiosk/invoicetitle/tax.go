package invoicetitle

import "strings"

// MaxTax is how many characters the longest tax number has.
const MaxTax = 20

// CheckTax says whether a text can be a tax number (纳税人识别号): 18 characters of
// a unified social credit code (GB 32100-2015) or of a citizen's number
// (GB 11643-1999), both with their check character; 15 or 20 of older numbers,
// which have none that could be relied on. Capital letters and digits only. It
// returns ErrTaxLength or ErrTaxCheck.
func CheckTax(number string) error {
	for i := range len(number) {
		if c := number[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return ErrTaxCheck
		}
	}
	switch len(number) {
	case 15, MaxTax:
		return nil
	case 18:
		if creditCode(number) || citizen(number) {
			return nil
		}
		return ErrTaxCheck
	default:
		return ErrTaxLength
	}
}

// creditCode checks the last character of a unified social credit code: the
// weights are the powers of 3 modulo 31 (GB 32100-2015, 5).
func creditCode(number string) bool {
	const digits = "0123456789ABCDEFGHJKLMNPQRTUWXY" // without I, O, S, V and Z
	sum, weight := 0, 1
	for i := range 17 {
		v := strings.IndexByte(digits, number[i])
		if v < 0 {
			return false
		}
		sum += v * weight
		weight = weight * 3 % 31
	}
	return digits[(31-sum%31)%31] == number[17]
}

// citizen checks the last character of a citizen's number by ISO 7064, MOD 11-2.
func citizen(number string) bool {
	sum := 0
	for i := range 17 {
		if number[i] < '0' || number[i] > '9' {
			return false
		}
		sum = (sum + int(number[i]-'0')) * 2 % 11
	}
	return "0123456789X"[(12-sum)%11] == number[17]
}
