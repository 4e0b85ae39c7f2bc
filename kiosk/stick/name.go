package stick

import (
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxName is the most bytes of a name: FAT takes 255 units of UTF-16, and a number
// may come to it.
const maxName = 120

// SafeName makes a name that every stick takes: FAT and Windows know neither
// <>:"/\|?* nor control characters, nor names of devices, nor a dot or blank at
// the end.
func SafeName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == utf8.RuneError || strings.ContainsRune(`<>:"/\|?*`, r) {
			return '-'
		}
		return r
	}, name)
	name = strings.TrimLeft(name, ". ")
	ext := strings.TrimRight(path.Ext(name), ". ")
	stem := strings.TrimRight(strings.TrimSuffix(name, path.Ext(name)), ". ")
	for len(stem)+len(ext) > maxName && stem != "" {
		_, size := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-size]
	}
	if device(stem) || stem == "" {
		stem = "_" + stem
	}
	return stem + ext
}

// device reports whether Windows takes a name for a device, see "Naming Files,
// Paths, and Namespaces" of the Windows manual.
func device(stem string) bool {
	first, _, _ := strings.Cut(strings.ToUpper(stem), ".")
	if slices.Contains([]string{"CON", "PRN", "AUX", "NUL"}, first) {
		return true
	}
	number := strings.TrimPrefix(strings.TrimPrefix(first, "COM"), "LPT")
	return number != first && len(number) == 1 && number >= "0" && number <= "9"
}
