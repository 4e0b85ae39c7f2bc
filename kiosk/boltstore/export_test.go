package boltstore

// Crash closes the files as a killed process does: without a last checkpoint
// and without saying that everybody was answered.
func (s *Store) Crash() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	close(s.stop)
	s.checkpointer.Wait()
	return s.closeFiles(false)
}

// Saved is the sequence up to which state.db has the journal.
func (s *Store) Saved() uint64 {
	_, m, _ := s.states.status()
	return m.Head.Seq
}
