package crashtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"golang.org/x/sys/unix"
)

const (
	// controlName is a file in the mounted folder that is no part of the disk:
	// each write into it is a note in JSON, which the trace keeps in its place.
	controlName = ".control"
	dirMode     = 0o700
	fileMode    = 0o600
)

// note is what a driver writes into the control file.
type note struct {
	Asked    *Step // a request begins
	Answered *Told // the request's answer was given
	After    *Snap // how the store looks after it
	From     int   // After: so many events come before those in Chain
	Chain    []string
}

// recorder is a file system in memory that keeps the trace of what is done to
// it. A running system sees what it wrote, synced or not.
type recorder struct {
	mu    sync.Mutex
	trace Trace
	nodes int
	lie   bool // syncs are promised and not done

	planned *diskErrors
}

// record keeps an operation and says whether it fails. Of a short write the
// second half is cut off. The caller holds mu.
func (r *recorder) record(op *Op) syscall.Errno {
	if r.planned != nil {
		errno, short := r.planned.strike(op)
		if errno != 0 {
			if op.Kind == Sync {
				r.keep(Op{Kind: SyncLost, Node: op.Node})
			}
			return errno
		}
		if short {
			op.Data = op.Data[:len(op.Data)/2]
		}
	}
	if !r.lie || op.Kind != Sync && op.Kind != SyncDir {
		r.keep(*op)
	}
	return 0
}

func (r *recorder) keep(op Op) { r.trace.Ops = append(r.trace.Ops, op) }

func (r *recorder) number() int {
	r.nodes++
	return r.nodes
}

// noted puts a driver's note into the trace.
func (r *recorder) noted(b []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	var n note
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	at := len(r.trace.Ops)
	if n.Asked != nil {
		if r.planned != nil && n.Asked.Do == DoScan {
			r.planned.armed = true
		}
		r.trace.Requests = append(r.trace.Requests, Request{Step: *n.Asked, Asked: at, Answered: -1})
		return nil
	}
	if len(r.trace.Requests) == 0 {
		return errors.New("an answer without a request")
	}
	last := &r.trace.Requests[len(r.trace.Requests)-1]
	if n.Answered != nil {
		last.Answered, last.Told = at, *n.Answered
	}
	if n.After != nil {
		last.After = *n.After
		return r.trace.record(n.From, n.Chain)
	}
	return nil
}

// mounted is a recorder under a path.
type mounted struct {
	*recorder
	path   string
	server *fuse.Server
}

// mount begins a trace. start, which may be nil, is what the disk holds; it is
// made durable by the trace's first operations.
func mount(path string, start *image) (*mounted, error) {
	r := &recorder{nodes: rootNode}
	root := &folder{r: r, id: rootNode}
	server, err := fs.Mount(path, root, &fs.Options{
		OnAdd: func(ctx context.Context) {
			control := root.NewPersistentInode(ctx, &control{r: r}, fs.StableAttr{Mode: syscall.S_IFREG})
			root.AddChild(controlName, control, false)
			if start != nil {
				root.preload(ctx, start)
			}
		},
		MountOptions: fuse.MountOptions{DirectMount: true, FsName: "crashtest", Name: "crashtest"},
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoMount, err)
	}
	r.trace.Start = len(r.trace.Ops)
	return &mounted{recorder: r, path: path, server: server}, nil
}

// begin says how the disk behaves, and what had been promised of what it holds.
func (m *mounted) begin(lie bool, planned *diskErrors, promised *Trace) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lie, m.planned = lie, planned
	if promised != nil {
		m.trace.Requests, m.trace.Chain = promised.Requests, promised.Chain
		m.trace.Requests[0].Asked, m.trace.Requests[0].Answered = m.trace.Start, m.trace.Start
	}
}

// close unmounts; nobody may use the files any more.
func (m *mounted) close() error {
	// Lazily: the kernel may be busy with a process that was killed.
	if err := unix.Unmount(m.path, unix.MNT_DETACH); err != nil {
		return m.server.Unmount() // by fusermount3, which mounted it
	}
	m.server.Wait()
	return nil
}

// folder is a directory of the recorder.
type folder struct {
	fs.Inode
	r  *recorder
	id int
}

var (
	_ fs.NodeCreater   = (*folder)(nil)
	_ fs.NodeMkdirer   = (*folder)(nil)
	_ fs.NodeUnlinker  = (*folder)(nil)
	_ fs.NodeRenamer   = (*folder)(nil)
	_ fs.NodeFsyncer   = (*folder)(nil)
	_ fs.NodeGetattrer = (*folder)(nil)
	_ fs.NodeStatfser  = (*folder)(nil)
)

// preload puts files and folders into the root, durably.
func (d *folder) preload(ctx context.Context, img *image) {
	r := d.r
	dirs := map[string]*folder{"": d}
	parent := func(name string) (*folder, string) {
		dir, base := splitPath(name)
		return dirs[dir], base
	}
	for _, name := range img.dirs {
		p, base := parent(name)
		child := &folder{r: r, id: r.number()}
		r.keep(Op{Kind: Mkdir, Dir: p.id, Name: base, Node: child.id})
		p.AddChild(base, p.NewPersistentInode(ctx, child, fs.StableAttr{Mode: syscall.S_IFDIR}), false)
		dirs[name] = child
	}
	for name, f := range img.files {
		p, base := parent(name)
		child := &plain{r: r, id: r.number(), content: newContent()}
		r.keep(Op{Kind: Create, Dir: p.id, Name: base, Node: child.id})
		f.each(func(off int64, b []byte) {
			r.keep(Op{Kind: Write, Node: child.id, Off: off, Data: append([]byte(nil), b...)})
			child.content.write(b, off)
		})
		r.keep(Op{Kind: Truncate, Node: child.id, Off: f.size})
		child.content.truncate(f.size)
		r.keep(Op{Kind: Sync, Node: child.id})
		p.AddChild(base, p.NewPersistentInode(ctx, child, fs.StableAttr{Mode: syscall.S_IFREG}), false)
	}
	for _, dir := range dirs {
		r.keep(Op{Kind: SyncDir, Node: dir.id})
	}
}

func (d *folder) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	out.Mode = syscall.S_IFDIR | dirMode
	return 0
}

// Statfs has room for all that a store makes: a full disk is an error of its own.
func (d *folder) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	out.Bsize, out.Blocks, out.Bfree, out.Bavail = 4096, 1<<20, 1<<19, 1<<19
	return fs.OK
}

func (d *folder) Create(ctx context.Context, name string, _, _ uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	d.r.mu.Lock()
	defer d.r.mu.Unlock()
	child := &plain{r: d.r, id: d.r.number(), content: newContent()}
	if errno := d.r.record(&Op{Kind: Create, Dir: d.id, Name: name, Node: child.id}); errno != 0 {
		return nil, nil, 0, errno
	}
	out.Mode = syscall.S_IFREG | fileMode
	return d.NewPersistentInode(ctx, child, fs.StableAttr{Mode: syscall.S_IFREG}), nil, 0, 0
}

func (d *folder) Mkdir(ctx context.Context, name string, _ uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	d.r.mu.Lock()
	defer d.r.mu.Unlock()
	child := &folder{r: d.r, id: d.r.number()}
	if errno := d.r.record(&Op{Kind: Mkdir, Dir: d.id, Name: name, Node: child.id}); errno != 0 {
		return nil, errno
	}
	out.Mode = syscall.S_IFDIR | dirMode
	return d.NewPersistentInode(ctx, child, fs.StableAttr{Mode: syscall.S_IFDIR}), 0
}

// Unlink keeps the trace; the library takes the name away afterwards.
func (d *folder) Unlink(_ context.Context, name string) syscall.Errno {
	d.r.mu.Lock()
	defer d.r.mu.Unlock()
	return d.r.record(&Op{Kind: Remove, Dir: d.id, Name: name})
}

// Rename works within a folder; the store needs no more.
func (d *folder) Rename(_ context.Context, name string, to fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	if target, ok := to.(*folder); !ok || target.id != d.id || flags != 0 {
		return syscall.EXDEV
	}
	child := d.GetChild(name)
	if child == nil {
		return syscall.ENOENT
	}
	id := 0
	switch n := child.Operations().(type) {
	case *plain:
		id = n.id
	case *folder:
		id = n.id
	}
	d.r.mu.Lock()
	defer d.r.mu.Unlock()
	return d.r.record(&Op{Kind: Rename, Dir: d.id, Name: name, To: newName, Node: id})
}

func (d *folder) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	d.r.mu.Lock()
	defer d.r.mu.Unlock()
	return d.r.record(&Op{Kind: SyncDir, Node: d.id})
}
