// Package receipt says what stands on a printed slip and turns it into dots.
//
// A [Slip] is a value: the width of the paper and blocks of text, columns, rules
// and QR codes, one below the other. [HandoverSlip], [DayCloseSlip] and
// [ConsignmentSlip] make the slips of the counter from plain values, in the words
// of a language ([Words]). A [Typesetter] rasters a slip to a [Bitmap], black or
// white, with the bundled fonts, so that any printer that can print a picture
// prints any name of GBK, whatever characters it has of its own.
//
// What a slip may say of a customer is what a screen may: the masked name and the
// phone's last four digits.
//
// # Sizes
//
// Receipt printers have 203 dots an inch, 8 a millimetre: paper of 58 mm prints
// 384 dots across, of 80 mm 576. Text is 24 dots high on the narrow paper and 28
// on the wide one (3 and 3.5 mm); lines break by Unicode's rules, and amounts
// stand at the right edge.
//
// # Limits
//
// A piece of text is cut after 64 characters, a list after 200 entries: the slip
// then says how many it leaves out. With that the three slips stay below
// [MaxHeight]; Raster refuses a higher one. Text runs from left to right. Characters that the
// fonts lack come out as boxes. QR codes hold up to 300 bytes.
package receipt
