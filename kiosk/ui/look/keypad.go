package look

import "fyne.io/fyne/v2"

// KeypadActions are what the keys do.
type KeypadActions struct {
	Digit func(d rune) // '0' to '9'
	Erase func()       // the last digit
	Enter func()
}

// Keypad returns ten digits, a key that erases the last one and a key that
// enters; words is what stands on the latter.
func (k *Kit) Keypad(words string, on KeypadActions) *fyne.Container {
	var keys []fyne.CanvasObject
	digit := func(d rune) *Button { return k.Button(Key, "", string(d), func() { on.Digit(d) }) }
	for d := '1'; d <= '9'; d++ {
		keys = append(keys, digit(d))
	}
	erase := k.Button(Key, "delete", "", on.Erase)
	erase.iconSide = 56
	keys = append(keys, erase, digit('0'), k.Button(Main, "", words, on.Enter))
	return k.Grid(3, Space2, k.Target(TargetMain), keys...)
}
