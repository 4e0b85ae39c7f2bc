// Package printer prints slips on ESC/POS receipt printers, and lets nobody wait
// for one.
//
// A [Printer] is a queue with one worker, that of [Printer.Run]. Print returns at
// once; a slip that cannot be printed now is tried again until it is older than
// ten minutes, unless told otherwise, and then given up with a reason. [Once] and
// [Look] print and ask a single time, for commands.
//
// A slip never comes out twice unasked: once the printer has taken all of it, it is not
// sent again, whatever happens then ([ErrUnsure]). Nor does it come out later than its
// age allows: slips that wait are kept in memory alone, and end with the program.
//
// # Devices
//
//	auto                        the first USB printer (/dev/usb/lp0…)
//	04b8:0202                   the first USB printer of this vendor and product, as lsusb has them
//	/dev/usb/lp0                that one
//	serial:/dev/ttyUSB0@19200   a serial line, 8N1, XON/XOFF; 9600 baud unless said
//	tcp://192.0.2.7:9100        a network printer; port 9100 unless said
//	file:PATH                   the bytes are added to a file
//
// A device is open only while a slip is printed or the printer is asked how it is,
// so that a printer may be unplugged, switched off or shared between the terminals
// of a point (network). Files of devices are opened without blocking and written to
// with a deadline, USB and serial ones locked (flock).
//
// # What is sent
//
// ESC @ (initialise); the slip as pictures of at most 256 rows, GS v 0, which end
// where the paper is white if they can, so that no seam runs through a letter; a
// feed, ESC d; a cut, GS V 66, which printers without a knife ignore.
//
// Printers that answer are asked before and after a slip how they are, with
// DLE EOT 1 to 4 (online, cover, errors, paper), and at last, with GS r 1, whether
// all before it was printed. Many USB printers and most 58 mm ones never answer:
// their slips count as printed once the printer has taken every byte. One that
// answered once and does not any more counts as missing.
//
// A printer that stops taking bytes in the middle of a slip, as one without paper
// does that cannot say so, is waited for: it goes on where it was. After ten
// minutes the slip is given up and the printer's picture is filled up with white
// before the next one.
//
// The commands are those of Epson's ESC/POS reference and of the manuals of its
// many imitations (HPRT, Rongta, Xprinter, Bixolon).
//
// make test-hardware prints through the kernel's driver of USB printers (usblp) to a
// printer that a program plays. No real printer has been tried.
//
// # Limits
//
// A slip of 80 mm and the length of a hand is about 100 kB: a minute at 19200 baud,
// ten seconds at 115200.
// Of a slip that broke off while it was being sent, the part that came out is followed
// by the whole. DLE EOT is obeyed
// by printers even inside of a picture: where a picture happens to hold these bytes,
// an answer more comes and a state may be wrong until the next question. A switched-off
// printer on a serial line or on a network box that never answered takes every byte.
// Printers that need DTR/DSR or RTS/CTS lose data at speeds they cannot print at:
// set them to XON/XOFF. Nothing is asked while nothing is to be printed: the state
// is that of the last slip or Check.
package printer
