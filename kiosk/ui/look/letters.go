package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// LettersActions are what the keys do.
type LettersActions struct {
	Key        func(r rune) // 'A' to 'Z', '0' to '9', ' '
	Erase      func()       // the last character
	Enter      func()
	EnterWords string
}

// letterRows are the keys as on the keyboards that people know.
func letterRows() []string { return []string{"1234567890", "QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM"} }

// Letters returns a keyboard to touch: digits, the letters from A to Z, a space,
// a key that erases and one that enters. Its keys fill the place it is given: ten
// of them beside each other need 700 pixels.
func (k *Kit) Letters(on LettersActions) *fyne.Container {
	l := &letters{kit: k}
	var keys []fyne.CanvasObject
	add := func(row, width int, b *Button) {
		l.cells = append(l.cells, keyCell{row: row, width: width})
		keys = append(keys, b)
	}
	for i, row := range letterRows() {
		for _, r := range row {
			add(i, 1, k.slim(k.Button(Key, "", string(r), func() { on.Key(r) })))
		}
		switch i {
		case 2:
			erase := k.Button(Key, "delete", "", on.Erase)
			erase.iconSide = 44
			add(i, 1, erase)
		case 3:
			add(i, 1, k.Button(Key, "space", "", func() { on.Key(' ') }))
			add(i, 2, k.slim(k.Button(Main, "", on.EnterWords, on.Enter)))
		}
	}
	return container.New(l, keys...)
}

// slim takes most of the air beside a key's words.
func (k *Kit) slim(b *Button) *Button {
	b.slim = true
	return b
}

// keyCell is the row of a key, and how many columns it takes.
type keyCell struct{ row, width int }

// letters lays keys out in ten columns.
type letters struct {
	kit   *Kit
	cells []keyCell
}

const letterColumns = 10

func (l *letters) gap() float32 { return l.kit.Unit(Space1) }

func (l *letters) heightFor([]fyne.CanvasObject, float32) float32 {
	rows := float32(len(letterRows()))
	return rows*l.kit.Target(TargetPlain) + (rows-1)*l.gap()
}

func (l *letters) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	gap, rows := l.gap(), float32(len(letterRows()))
	w := (size.Width - gap*(letterColumns-1)) / letterColumns
	h := (size.Height - gap*(rows-1)) / rows
	column, row := 0, 0
	for i, c := range l.cells {
		if c.row != row {
			row, column = c.row, 0
		}
		put(objects[i], float32(column)*(w+gap), float32(row)*(h+gap), w*float32(c.width)+gap*float32(c.width-1), h)
		column += c.width
	}
}

func (l *letters) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(letterColumns*l.kit.Target(0)+(letterColumns-1)*l.gap(), l.heightFor(objects, 0))
}
