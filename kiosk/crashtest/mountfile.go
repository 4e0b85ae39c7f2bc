package crashtest

import (
	"context"
	"slices"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// plain is a file of the recorder.
type plain struct {
	fs.Inode
	r       *recorder
	id      int
	content content
}

var (
	_ fs.NodeOpener    = (*plain)(nil)
	_ fs.NodeReader    = (*plain)(nil)
	_ fs.NodeWriter    = (*plain)(nil)
	_ fs.NodeFsyncer   = (*plain)(nil)
	_ fs.NodeGetattrer = (*plain)(nil)
	_ fs.NodeSetattrer = (*plain)(nil)
)

// Open leaves truncation to Setattr, which the kernel calls for it.
func (f *plain) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_KEEP_CACHE, 0
}

func (f *plain) attr(out *fuse.AttrOut) {
	out.Mode, out.Size = syscall.S_IFREG|fileMode, uint64(f.content.size)
}

func (f *plain) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	f.r.mu.Lock()
	defer f.r.mu.Unlock()
	f.attr(out)
	return 0
}

func (f *plain) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	f.r.mu.Lock()
	defer f.r.mu.Unlock()
	if size, ok := in.GetSize(); ok && int64(size) != f.content.size {
		if errno := f.r.record(&Op{Kind: Truncate, Node: f.id, Off: int64(size)}); errno != 0 {
			return errno
		}
		f.content.truncate(int64(size))
	}
	f.attr(out)
	return 0
}

func (f *plain) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	f.r.mu.Lock()
	defer f.r.mu.Unlock()
	return fuse.ReadResultData(dest[:f.content.read(dest, off)]), 0
}

func (f *plain) Write(_ context.Context, _ fs.FileHandle, b []byte, off int64) (uint32, syscall.Errno) {
	f.r.mu.Lock()
	defer f.r.mu.Unlock()
	op := &Op{Kind: Write, Node: f.id, Off: off, Data: slices.Clone(b)}
	if errno := f.r.record(op); errno != 0 {
		return 0, errno
	}
	f.content.write(op.Data, off)
	return uint32(len(op.Data)), 0
}

func (f *plain) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	f.r.mu.Lock()
	defer f.r.mu.Unlock()
	return f.r.record(&Op{Kind: Sync, Node: f.id})
}

// control takes a driver's notes.
type control struct {
	fs.Inode
	r *recorder
}

var (
	_ fs.NodeOpener = (*control)(nil)
	_ fs.NodeWriter = (*control)(nil)
)

// Open keeps the kernel from caching or splitting the notes.
func (c *control) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_DIRECT_IO, 0
}

func (c *control) Write(_ context.Context, _ fs.FileHandle, b []byte, _ int64) (uint32, syscall.Errno) {
	if err := c.r.noted(b); err != nil {
		return 0, syscall.EINVAL
	}
	return uint32(len(b)), 0
}
