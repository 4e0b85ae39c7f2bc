package pgtest

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// owner is the database superuser of every server.
const owner = "hexiao"

// keeper waits for the end of the test process, and takes everything away. Not even
// a test process that was killed leaves a server behind.
const keeper = `read -r _; "$1" -D "$2/data" -m immediate -w stop >/dev/null 2>&1; rm -rf "$2"`

// server is one PostgreSQL.
type server struct {
	folder string
	keeper *exec.Cmd
	end    io.Closer // the keeper's standard input
}

// startServer makes a server with these settings beside the usual ones.
func startServer(settings []string) (s *server, err error) {
	bin, err := programs()
	if err != nil {
		return nil, err
	}
	as, err := userForServer()
	if err != nil {
		return nil, err
	}
	s = &server{}
	// Short, since the path of a socket has at most 107 bytes.
	if s.folder, err = os.MkdirTemp("", "hexiao-pg-"); err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	defer func() {
		if err != nil && s.end == nil {
			err = errors.Join(err, os.RemoveAll(s.folder))
		}
	}()
	if as != nil {
		if err := os.Chown(s.folder, int(as.Uid), int(as.Gid)); err != nil {
			return nil, fmt.Errorf("pgtest: %w", err)
		}
	}
	data := filepath.Join(s.folder, "data")
	if err := run(as, s.folder, filepath.Join(bin, "initdb"), "-D", data, "-U", owner, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"); err != nil {
		return nil, err
	}
	// Roles that are members of strangers need their passwords, so that tests can have wrong ones.
	access := "local all +strangers scram-sha-256\nlocal all all trust\n"
	if err := os.WriteFile(filepath.Join(data, "pg_hba.conf"), []byte(access), 0o600); err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	control := filepath.Join(bin, "pg_ctl")
	if err := s.keep(as, control); err != nil {
		return nil, err
	}
	options := "-c listen_addresses= -c unix_socket_directories=" + s.folder
	for _, v := range settings {
		options += " -c " + v
	}
	if err := run(as, s.folder, control, "-D", data, "-l", filepath.Join(s.folder, "log"), "-w", "-o", options, "start"); err != nil {
		log, _ := os.ReadFile(filepath.Join(s.folder, "log")) // there may be none yet
		return nil, errors.Join(fmt.Errorf("%w: %s", err, log), s.stop())
	}
	if err := Exec(s.address("postgres"), "CREATE ROLE strangers"); err != nil {
		return nil, errors.Join(err, s.stop())
	}
	return s, nil
}

func (s *server) keep(as *syscall.Credential, control string) error {
	s.keeper = exec.Command("/bin/sh", "-c", keeper, "keeper", control, s.folder)
	// Out of the terminal's group: an interrupt ends the tests, and they end it.
	s.keeper.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true}
	s.keeper.Dir = "/"
	end, err := s.keeper.StdinPipe()
	if err == nil {
		err = s.keeper.Start()
	}
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	s.end = end
	return nil
}

// stop ends the server and deletes its folder.
func (s *server) stop() error {
	err := errors.Join(s.end.Close(), s.keeper.Wait())
	if err != nil {
		return fmt.Errorf("pgtest: stop PostgreSQL: %w", err)
	}
	return nil
}

func (s *server) address(database string) string {
	u := url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: url.Values{"host": {s.folder}, "user": {owner}}.Encode()}
	return u.String()
}

// programs finds the folder of initdb and pg_ctl.
func programs() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", errors.New("pgtest: PostgreSQL is not installed; make deps installs it")
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(strings.Split(path, "/")[4]) // what is no number is the oldest
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

// userForServer is whom the server runs as, nil for the test's own user.
func userForServer() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("pgtest: user %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("pgtest: PostgreSQL refuses to run as root, and there is no user postgres or nobody")
}

func run(as *syscall.Credential, dir, program string, args ...string) error {
	c := exec.Command(program, args...)
	c.SysProcAttr, c.Dir = &syscall.SysProcAttr{Credential: as}, dir
	// A file, because the server keeps what it inherits open, and a pipe would not end.
	said, err := os.CreateTemp("", "hexiao-pg-said-")
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer func() { _, _ = said.Close(), os.Remove(said.Name()) }() // it was read
	c.Stdout, c.Stderr = said, said
	if err := c.Run(); err != nil {
		text, _ := os.ReadFile(said.Name()) // what it says is only a help
		return fmt.Errorf("pgtest: %s: %w: %s", program, err, text)
	}
	return nil
}
