package intake

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"

	"hexiao/kiosk"
	"hexiao/kiosk/seal"
	"hexiao/sync/hq"
)

// modulePixels is the side of a module in pictures.
const modulePixels = 8

// levelM is how many characters a QR code of version 6 holds at level M.
const levelM = 154

// QR draws a code as a PNG, with the quiet zone of four modules, at level M; a signed
// one, which would get too small for a phone then, at level L.
func QR(text string) ([]byte, error) {
	level := decoder.ErrorCorrectionLevel_M
	if len(text) > levelM {
		level = decoder.ErrorCorrectionLevel_L
	}
	matrix, err := qrcode.NewQRCodeWriter().Encode(text, gozxing.BarcodeFormat_QR_CODE, 0, 0, map[gozxing.EncodeHintType]any{
		gozxing.EncodeHintType_ERROR_CORRECTION: level,
		gozxing.EncodeHintType_MARGIN:           4,
	})
	if err != nil {
		return nil, err
	}
	img := image.NewPaletted(image.Rect(0, 0, matrix.GetWidth()*modulePixels, matrix.GetHeight()*modulePixels),
		color.Palette{color.White, color.Black})
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if matrix.Get(x/modulePixels, y/modulePixels) {
				img.Pix[y*img.Stride+x] = 1
			}
		}
	}
	var b bytes.Buffer
	err = png.Encode(&b, img)
	return b.Bytes(), err
}

// Codes are the codes of an order that can be collected.
type Codes struct {
	Code  string `json:"code"`          // opaque; of an order whose code changes, that of now
	Typed string `json:"typed"`         // ten digits
	Own   string `json:"own,omitempty"` // the platform's own
	// Until is when a code that changes is good no more; zero: it does not change.
	Until time.Time `json:"until,omitzero"`
	// Path is the customer's page, below the address at which HQ is reached.
	Path string `json:"path"`
}

// finished says why an order has no code to show; empty: it has one.
func finished(rec hq.OrderRecord) string {
	_, n := left(rec)
	switch {
	case rec.Order.Status.Over():
		return string(rec.Order.Status)
	case rec.Gone:
		return "withdrawn"
	case n == 0:
		return "collected"
	}
	return ""
}

// codes gives the codes of an order; it refuses those of one that is finished.
func (i *Intake) codes(ctx context.Context, p hq.PointRecord, rec hq.OrderRecord) (c Codes, err error) {
	if why := finished(rec); why != "" {
		return c, refuse(http.StatusConflict, "finished", "the order is %s; it has no code any more", why)
	}
	key, err := seal.NewPointKey(p.Secret)
	if err != nil {
		return c, err
	}
	for _, code := range rec.Codes {
		switch code.Kind {
		case kiosk.CodeOpaque:
			if c.Code = code.Text; rec.Order.Rotating {
				now := kiosk.NewRotating(code, key.RotationKey(code), i.hq.Now())
				_, shown := now.Rotation()
				c.Code, c.Until = now.Text, shown.Add(2*kiosk.RotateStep)
			}
		case kiosk.CodeTyped:
			c.Typed = code.Text
		case kiosk.CodePlatform:
			c.Own = code.Text
		}
	}
	if c.Code == "" {
		return c, fmt.Errorf("order %s has no opaque code", rec.Order.ID)
	}
	c.Path, err = i.path(ctx, rec)
	return c, err
}
