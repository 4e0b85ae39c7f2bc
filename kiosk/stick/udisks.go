package stick

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"time"
)

// udisksTime is how long mounting may take; a stick that is checked first is slow.
const udisksTime = 20 * time.Second

// udisks mounts or unmounts a device. A kiosk may do so without a password where
// somebody is logged in at the seat, as a kiosk's session is.
func (p Port) udisks(ctx context.Context, verb, device string) error {
	if p.Udisks != nil {
		return p.Udisks(ctx, verb, device)
	}
	ctx, cancel := context.WithTimeout(ctx, udisksTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, "udisksctl", verb, "--no-user-interaction", "-b", device)
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("udisksctl %s %s: %w %s", verb, device, err, bytes.TrimSpace(said.Bytes()))
	}
	return nil
}
