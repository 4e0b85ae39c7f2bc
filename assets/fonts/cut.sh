#!/bin/sh
# cut.sh remakes the two bundled fonts from Debian's fonts-noto-cjk.
#
#   sh assets/fonts/cut.sh [FOLDER WITH THE NotoSansCJK-*.ttc FILES]
#
# It wants the packages fonts-noto-cjk and python3-fonttools. Every character of GBK is kept (customers' names need more than GB2312), with a few
# characters that names have and GBK lacks, and the Latin, arrows and signs the screens use. Hints and layout features go: Fyne uses neither.
# The collection's face 2 is the one with the forms of mainland China; Fyne loads no collections, so each face becomes a file of its own.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
from=${1:-/usr/share/fonts/opentype/noto}
python=/usr/bin/python3 # Debian's own, which has python3-fonttools; a python of some version manager has not
chars=$(mktemp)
trap 'rm -f "$chars"' EXIT

"$python" - >"$chars" <<'PYTHON'
import sys
text = {chr(c) for c in range(0x20, 0x7f)} | {chr(c) for c in range(0xa0, 0x180)}
for lead in range(0x81, 0xff):
    for trail in range(0x40, 0xff):
        try:
            text.add(bytes([lead, trail]).decode("gb18030"))
        except UnicodeDecodeError:
            pass
text |= set("€₿£¥–—‘’“”•…‰′″←↑→↓↔✓✗×÷≤≥−·「」『』【】《》〇")
text |= set("䶮㛃㸌㵄㼆䜣䴘䲟䲠鿍鿎鿏") | {chr(c) for c in range(0x9fa6, 0x9fff)}
sys.stdout.buffer.write("".join(sorted(t for t in text if t.isprintable() or t == "\u00a0" or t == "\u3000")).encode())
PYTHON

for weight in Regular Bold; do
	"$python" -m fontTools.subset "$from/NotoSansCJK-$weight.ttc" --font-number=2 --text-file="$chars" \
		--layout-features='' --no-hinting --name-IDs='*' --output-file="$here/NotoSansSC-$weight.otf"
done
